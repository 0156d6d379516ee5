import { readAll } from './bytes.js'
import { isDataLabError } from './errors.js'
import type { ObjectInfo, ObjectStorage, PutOptions } from './object-storage.js'
import type { StoredOutput } from './output.js'
import { parseManifest } from './parse-manifest.js'
import type { StoredRecord } from './record.js'

/**
 * The manifest of a job: the final record of a completed attempt, beside its objects. It is the one commit point of a result: objects that
 * no manifest names are nothing.
 */
export interface Manifest {
  /** For replacing exactly this version. */
  readonly etag: string
  /** Absent where what lies there is no manifest of this job. */
  readonly record?: StoredRecord
}

/** Objects of one page when a job's folder is listed. */
const PAGE = 1000
const MANIFEST_LIMIT = 64 * 2 ** 20

/** Where the manifest of a job lies. */
function manifestKey(key: string): string {
  return `${key}/record.json`
}

/** The manifest of a job, if there is one. */
export async function readManifest(storage: ObjectStorage, key: string): Promise<Manifest | undefined> {
  const info = await storage.head(manifestKey(key))
  const source = info && (await storage.open(manifestKey(key)))
  if (info === undefined || source === undefined) return undefined
  try {
    const text = new TextDecoder().decode(await readAll(source, { limit: MANIFEST_LIMIT }))
    const record = parseManifest(text, key)
    return { etag: info.etag, ...(record === undefined ? {} : { record }) }
  } finally {
    await source.close()
  }
}

/**
 * Commits a result. False when another attempt's manifest came first; then nothing was changed.
 *
 * @param replaced the manifest that this one replaces, where there is one
 */
export async function writeManifest(
  storage: ObjectStorage,
  record: StoredRecord,
  replaced: Manifest | undefined,
): Promise<boolean> {
  const body = new TextEncoder().encode(JSON.stringify(record, null, 1))
  const condition = replaced === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: replaced.etag }
  return putWhere(storage, manifestKey(record.key), body, { contentType: 'application/json', ...condition })
}

/** Whether every object that the output names is there, as long as it was written. */
export async function isWhole(storage: ObjectStorage, record: StoredRecord): Promise<boolean> {
  const missing = objectSizesOf(record.output)
  for await (const { key, size } of objectsOf(storage, `${record.key}/`)) {
    if (missing.size === 0) return true
    if (missing.get(key) === size) missing.delete(key)
  }
  return missing.size === 0
}

/** The highest number of an attempt that has left anything in the storage; 0 where none has. */
export async function highestAttempt(storage: ObjectStorage, key: string): Promise<number> {
  let highest = 0
  for await (const object of objectKeys(storage, `${key}/`)) highest = Math.max(highest, attemptOf(object, key) ?? 0)
  return highest
}

/**
 * Takes a number for an attempt; false when another attempt at this job has it, whichever record store counted it. So two attempts never
 * write one name, even where the storage outlives or outreaches the record store.
 */
export async function reserveAttempt(storage: ObjectStorage, key: string, attempt: number): Promise<boolean> {
  return putWhere(storage, reservationKey(key, attempt), new Uint8Array(), { ifNoneMatch: '*' })
}

/** Deletes everything an attempt has written, and its reservation. */
export async function discardAttempt(storage: ObjectStorage, key: string, attempt: number): Promise<void> {
  const keys: string[] = []
  for await (const object of objectKeys(storage, `${key}/${attempt}/`)) keys.push(object)
  await storage.delete(keys)
}

/** Gives back the reservation of an attempt whose objects are written: they, and then the manifest, stand for its number. */
export async function releaseAttempt(storage: ObjectStorage, key: string, attempt: number): Promise<void> {
  await storage.delete(reservationKey(key, attempt))
}

/** Deletes what attempts before this one left behind when their process died. */
export async function discardEarlierAttempts(storage: ObjectStorage, key: string, attempt: number): Promise<void> {
  const keys: string[] = []
  for await (const object of objectKeys(storage, `${key}/`)) {
    const number = attemptOf(object, key)
    if (number !== undefined && number < attempt) keys.push(object)
  }
  await storage.delete(keys)
}

/** Puts an object on a condition; false where that does not hold. */
async function putWhere(storage: ObjectStorage, key: string, body: Uint8Array, options: PutOptions): Promise<boolean> {
  try {
    await storage.put(key, body, options)
    return true
  } catch (error) {
    if (isDataLabError(error, 'STORAGE_PRECONDITION_FAILED')) return false
    throw error
  }
}

/** The size of each object that the output names, by its key. */
function objectSizesOf(output: StoredOutput | null): Map<string, number | undefined> {
  const files = output?.output_files ?? []
  return new Map(
    files.flatMap((file) => Object.entries(file.objects).map(([role, key]) => [key, file.sizes[role]] as const)),
  )
}

async function* objectKeys(storage: ObjectStorage, prefix: string): AsyncGenerator<string> {
  for await (const { key } of objectsOf(storage, prefix)) yield key
}

async function* objectsOf(storage: ObjectStorage, prefix: string): AsyncGenerator<ObjectInfo> {
  let cursor: string | undefined
  do {
    const page = await storage.list(prefix, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) })
    yield* page.objects
    cursor = page.cursor
  } while (cursor !== undefined)
}

function reservationKey(key: string, attempt: number): string {
  return `${key}/${attempt}/reserved`
}

function attemptOf(object: string, key: string): number | undefined {
  const match = /^(\d{1,15})\//.exec(object.slice(key.length + 1))
  return match === null ? undefined : Number(match[1])
}
