import { readAll } from './bytes.js'
import { isDataLabError } from './errors.js'
import { listObjects } from './list-objects.js'
import type { ObjectStorage, PutOptions } from './object-storage.js'
import type { StoredOutput } from './output.js'
import { type GarbageMark, parseGarbageMark, parseManifest } from './parse-manifest.js'
import type { StoredRecord } from './record.js'

/**
 * The manifest of a job: the final record of a completed attempt, beside its objects. It is the one commit point of a result: objects that
 * no manifest names are nothing.
 */
export interface Manifest {
  /** For replacing exactly this version. */
  readonly etag: string
  /** When it was put there. */
  readonly modified: Date
  /** Absent where what lies there is no manifest of this job. */
  readonly record?: StoredRecord
  /** What lies there instead where the result is garbage. */
  readonly mark?: GarbageMark
}

const MANIFEST_LIMIT = 64 * 2 ** 20

/** Where the manifest of a job lies. */
function manifestKey(key: string): string {
  return `${key}/record.json`
}

/** Whether an object of this key is a manifest. */
export function isManifestKey(key: string): boolean {
  return /^[^/]+\/record\.json$/.test(key)
}

/** The manifest of a job, if there is one. */
export async function readManifest(storage: ObjectStorage, key: string): Promise<Manifest | undefined> {
  const info = await storage.head(manifestKey(key))
  const source = info && (await storage.open(manifestKey(key)))
  if (info === undefined || source === undefined) return undefined
  try {
    const text = new TextDecoder().decode(await readAll(source, { limit: MANIFEST_LIMIT }))
    const [record, mark] = [parseManifest(text, key), parseGarbageMark(text, key)]
    const { etag, modified } = info
    return { etag, modified, ...(record && { record }), ...(mark && { mark }) }
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
  return putManifest(storage, record.key, JSON.stringify(record, null, 1), replaced)
}

/**
 * Takes a result out of use: what lies in the place of its manifest then says since when it is garbage. False when it was replaced meanwhile.
 *
 * @param manifest of a result, or of one that was marked before
 * @param attempt the last one that is known of, where it is not the one that made the result: its number is not given again
 */
export async function markGarbage(
  storage: ObjectStorage,
  key: string,
  manifest: Manifest,
  time: Date,
  attempt = 0,
): Promise<boolean> {
  const latest = Math.max(attempt, latestOf(manifest))
  const mark = { version: 1, key, attempt: latest, garbage: time.toISOString(), ...jobOf(manifest) } as const
  return putMark(storage, mark, manifest)
}

/**
 * Sees to it that attempts up to this one, of which one may have been stopped just before it committed, come too late, and that a result which was
 * marked is not taken back: what lies in the place of the manifest changes, and says the same. False when one has come just now.
 *
 * @param manifest what lies there; undefined where nothing does
 */
export async function shutOut(
  storage: ObjectStorage,
  key: string,
  attempt: number,
  manifest: Manifest | undefined,
  time: Date,
): Promise<boolean> {
  const latest = latestOf(manifest)
  // Whoever began on this has a higher number, and whoever began on what was there before finds it changed.
  if (attempt <= latest && (manifest?.record !== undefined || manifest?.mark?.swept === true)) return true
  const updated = time.toISOString()
  if (manifest?.record !== undefined) return writeManifest(storage, { ...manifest.record, updated }, manifest)
  const garbage = manifest?.mark?.garbage ?? updated
  const mark = {
    version: 1,
    key,
    attempt: Math.max(attempt, latest),
    garbage,
    ...jobOf(manifest),
    swept: true,
  } as const
  return putMark(storage, mark, manifest)
}

/** What a mark keeps of the job whose result is there, or was. */
function jobOf(manifest: Manifest | undefined): Pick<GarbageMark, 'job'> {
  const { record, mark } = manifest ?? {}
  const job = record === undefined ? mark?.job : { operation: record.operation, inputs: record.inputs }
  return job === undefined ? {} : { job }
}

/** The number of the attempt whose result is there, or was; 0 where none is. */
export function latestOf(manifest: Manifest | undefined): number {
  return manifest?.record?.attempt ?? manifest?.mark?.attempt ?? 0
}

function putMark(storage: ObjectStorage, mark: GarbageMark, replaced: Manifest | undefined): Promise<boolean> {
  return putManifest(storage, mark.key, JSON.stringify(mark), replaced)
}

function putManifest(
  storage: ObjectStorage,
  key: string,
  text: string,
  replaced: Manifest | undefined,
): Promise<boolean> {
  const condition = replaced === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: replaced.etag }
  const options = { contentType: 'application/json', ...condition }
  return putWhere(storage, manifestKey(key), new TextEncoder().encode(text), options)
}

/** Whether every object that the output names is there, as long as it was written, but for those that can be made again. */
export async function isWhole(storage: ObjectStorage, record: StoredRecord): Promise<boolean> {
  return canBeRestored(record, await lostObjects(storage, record))
}

/** Whether all of these objects can be made again from others of the output. */
export function canBeRestored({ output }: StoredRecord, lost: ReadonlySet<string>): boolean {
  const derived = derivedObjects(output)
  return [...lost].every((key) => derived.has(key))
}

/** The keys of those objects that the output names and that are not there, or not as long as they were written. */
export async function lostObjects(storage: ObjectStorage, record: StoredRecord): Promise<ReadonlySet<string>> {
  const lost = objectSizesOf(record.output)
  for await (const { key, size } of listObjects(storage, `${record.key}/`)) {
    if (lost.size === 0) break
    if (lost.get(key) === size) lost.delete(key)
  }
  return new Set(lost.keys())
}

function derivedObjects(output: StoredOutput | null): Set<string | undefined> {
  return new Set(output?.output_files?.flatMap(({ objects, derived = [] }) => derived.map((role) => objects[role])))
}

/** The highest number of an attempt that has left anything in the storage, be it a mark of its result; 0 where none has. */
export async function highestAttempt(storage: ObjectStorage, key: string): Promise<number> {
  let highest = 0
  let hasManifest = false
  for await (const object of objectKeys(storage, `${key}/`)) {
    highest = Math.max(highest, attemptOf(object, key) ?? 0)
    hasManifest ||= isManifestKey(object)
  }
  return hasManifest ? Math.max(highest, latestOf(await readManifest(storage, key))) : highest
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
export function objectSizesOf(output: StoredOutput | null): Map<string, number | undefined> {
  const files = output?.output_files ?? []
  return new Map(
    files.flatMap((file) => Object.entries(file.objects).map(([role, key]) => [key, file.sizes[role]] as const)),
  )
}

async function* objectKeys(storage: ObjectStorage, prefix: string): AsyncGenerator<string> {
  for await (const { key } of listObjects(storage, prefix)) yield key
}

function reservationKey(key: string, attempt: number): string {
  return `${key}/${attempt}/reserved`
}

/** The number of the attempt that an object of a job is of. */
export function attemptOf(object: string, key: string): number | undefined {
  const match = /^(\d{1,15})\//.exec(object.slice(key.length + 1))
  return match === null ? undefined : Number(match[1])
}
