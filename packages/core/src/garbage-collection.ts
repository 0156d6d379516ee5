import { parentsOf } from './access.js'
import { listObjects } from './list-objects.js'
import type { ObjectInfo, ObjectStorage } from './object-storage.js'
import {
  attemptOf,
  isManifestKey,
  type Manifest,
  markGarbage,
  objectSizesOf,
  readManifest,
  shutOut,
  writeManifest,
} from './publication.js'
import { isEnded, type StoredRecord } from './record.js'
import { allRecords, type RecordStore } from './record-store.js'
import { isJobKey } from './results.js'

/** What is garbage, and when it goes. */
export interface GarbageOptions {
  /** Days after which a result that was made is garbage; as many as the host keeps records (30) by default. `Infinity`: no result is. */
  resultLife?: number
  /** Seconds that URLs of objects may be used after they were given out: so long garbage stays. 7 days by default, the life of S3's. */
  urlLife?: number
  /** Only says what would be done. */
  dryRun?: boolean
}

/** What was done. */
export interface GarbageReport {
  /** Results that are garbage from now on: they are not found any more, and go when their URLs are of no use any more. */
  readonly marked: number
  /** Objects that were deleted, and their bytes. */
  readonly deleted: number
  readonly bytes: number
  /** Objects that are garbage, and wait for the end of their URLs. */
  readonly waiting: number
}

/** What the garbage of a host is collected from. */
export interface GarbageParts {
  readonly storage: ObjectStorage
  readonly records: RecordStore
}

/** The objects of one job. */
interface JobObjects {
  readonly key: string
  readonly objects: readonly ObjectInfo[]
}

const URL_LIFE = 7 * 24 * 3600
const DAY_MS = 24 * 3600_000

/**
 * Deletes what nobody needs any more: results that are older than their life, and what attempts left behind that died, were cancelled, or
 * whose results were replaced. Whatever it is broken off by, what is there stays right; the next collection goes on.
 *
 * A result is first marked, in the place of its manifest, so that no more URLs of it are given out, and goes when those that were are of no use
 * any more. What a job that has not ended names, of its own or among its inputs, is never touched.
 */
export class GarbageCollection {
  readonly #report = { marked: 0, deleted: 0, bytes: 0, waiting: 0 }
  readonly #now = Date.now()
  readonly #urlLifeMs: number
  /** Keys of jobs that have not ended, and of those whose results went into them. */
  #needed: ReadonlySet<string> = new Set()
  /** Keys of results that would be marked, where nothing is done. */
  readonly #wouldBeMarked = new Set<string>()

  constructor(
    private readonly parts: GarbageParts,
    private readonly options: GarbageOptions & { resultLife: number },
  ) {
    this.#urlLifeMs = 1000 * notNegative('urlLife', options.urlLife ?? URL_LIFE)
    notNegative('resultLife', options.resultLife)
  }

  async run(): Promise<GarbageReport> {
    this.#needed = await neededJobs(this.parts.records)
    for await (const job of this.#jobs()) await this.#mark(job)
    // What was submitted meanwhile may have found a result just before it was marked.
    this.#needed = await neededJobs(this.parts.records)
    for await (const job of this.#jobs()) await this.#sweep(job)
    return this.#report
  }

  /** Marks a result whose time is over. */
  async #mark({ key, objects }: JobObjects): Promise<void> {
    const { storage, records } = this.parts
    const limit = this.#now - this.options.resultLife * DAY_MS
    const object = objects.find((one) => isManifestKey(one.key))
    if (object === undefined || object.modified.getTime() > limit || this.#needed.has(key)) return
    const manifest = await readManifest(storage, key)
    if (manifest?.record === undefined || Date.parse(manifest.record.ended ?? '') > limit) return
    const record = await records.get(key)
    // Asked anew for each: a job may have been submitted on it since the last.
    if ((await this.#isNeeded(key)) || !(await this.#retire(key, manifest, record))) return
    if ((await this.#isNeeded(key)) && (await this.#reinstate(manifest.record))) return
    this.#report.marked++
    if (this.options.dryRun === true) this.#wouldBeMarked.add(key)
  }

  async #isNeeded(key: string): Promise<boolean> {
    this.#needed = await neededJobs(this.parts.records)
    return this.#needed.has(key)
  }

  /** Takes a mark back: somebody had found the result just before it was marked. Not where another collection deletes it by now. */
  async #reinstate(record: StoredRecord): Promise<boolean> {
    const { storage } = this.parts
    const now = await readManifest(storage, record.key)
    return now?.mark !== undefined && now.mark.swept !== true && writeManifest(storage, record, now)
  }

  /**
   * Marks a result, and has its record forgotten, which may be of a later attempt than the one that made it. False where it was replaced
   * meanwhile.
   *
   * @param record as it was known after the manifest was read, or before a mark was: so it is of no later result
   */
  async #retire(key: string, manifest: Manifest, record: StoredRecord | undefined): Promise<boolean> {
    const { storage, records } = this.parts
    if (this.options.dryRun === true) return true
    if (!(await markGarbage(storage, key, manifest, new Date(this.#now), lastOf(record)))) return false
    if (record?.status === 'COMPLETED') await records.forget(key, record.attempt)
    return true
  }

  /** Deletes the objects of a job that no manifest names, when their time is over. */
  async #sweep({ key, objects }: JobObjects): Promise<void> {
    const { storage, records } = this.parts
    if (this.#needed.has(key)) return
    // In this order: an attempt that was listed at work goes on, or has committed since.
    const record = await records.get(key)
    if (record !== undefined && !isEnded(record.status)) return
    if (this.#wouldBeMarked.has(key)) return this.#collect({ key, objects: unnamed(objects) }, this.#now)
    const found = await readManifest(storage, key)
    // What is named there cannot be told: it may be of a later version.
    if (found !== undefined && found.record === undefined && found.mark === undefined) return
    // Whoever marked it was stopped before the record was forgotten: URLs were given out until now.
    const isAnew = found?.mark !== undefined && record?.status === 'COMPLETED'
    if (isAnew && !(await this.#retire(key, found, record))) return
    const manifest = isAnew ? await readManifest(storage, key) : found
    await this.#collect({ key, objects: unnamed(objects, manifest) }, isAnew ? this.#now : freedAt(manifest), manifest)
  }

  /**
   * Deletes what of these objects may go.
   *
   * @param freed when they became garbage, as far as that was not when they were put there
   */
  async #collect({ key, objects }: JobObjects, freed: number, manifest?: Manifest): Promise<void> {
    const isOver = ({ modified }: ObjectInfo) => Math.max(freed, modified.getTime()) + this.#urlLifeMs <= this.#now
    const old = objects.filter(isOver)
    if (!(await this.#delete(key, old, manifest))) return
    this.#report.deleted += old.length
    this.#report.bytes += old.reduce((sum, { size }) => sum + size, 0)
    this.#report.waiting += objects.length - old.length
  }

  /** Deletes objects, which nobody can commit any more by then. False where somebody just has. */
  async #delete(key: string, objects: readonly ObjectInfo[], manifest: Manifest | undefined): Promise<boolean> {
    const { storage } = this.parts
    if (objects.length === 0 || this.options.dryRun === true) return true
    const attempt = Math.max(...objects.map((object) => attemptOf(object.key, key) ?? 0))
    if (!(await shutOut(storage, key, attempt, manifest, new Date(this.#now)))) return false
    await storage.delete(objects.map((object) => object.key))
    return true
  }

  /** What lies in the storage, job by job. What is of no job is left alone. */
  async *#jobs(): AsyncGenerator<JobObjects, void> {
    let job: { key: string; objects: ObjectInfo[] } | undefined
    for await (const object of listObjects(this.parts.storage, '')) {
      const key = object.key.slice(0, object.key.indexOf('/'))
      if (!isJobKey(key)) continue
      if (job !== undefined && job.key !== key) yield job
      if (job?.key !== key) job = { key, objects: [] }
      job.objects.push(object)
    }
    if (job !== undefined) yield job
  }
}

/** The keys of jobs that have not ended, and of those whose results are among their inputs. */
async function neededJobs(records: RecordStore): Promise<Set<string>> {
  const keys = new Set<string>()
  for (const status of ['PENDING', 'IN_PROGRESS'] as const) {
    for await (const record of allRecords(records, status)) {
      keys.add(record.key)
      for (const key of parentsOf(record.inputs)) keys.add(key)
    }
  }
  return keys
}

/** The highest number of an attempt that is known of; 0 where none is. */
function lastOf(record: StoredRecord | undefined): number {
  return record === undefined ? 0 : Math.max(record.attempt, ...record.history.map(({ attempt }) => attempt))
}

/** When the objects of a job became garbage that no manifest names. */
function freedAt(manifest: Manifest | undefined): number {
  return manifest?.mark === undefined ? (manifest?.modified.getTime() ?? 0) : Date.parse(manifest.mark.garbage)
}

function unnamed(objects: readonly ObjectInfo[], manifest?: Manifest): ObjectInfo[] {
  const named = objectSizesOf(manifest?.record?.output ?? null)
  return objects.filter(({ key }) => !named.has(key) && !isManifestKey(key))
}

function notNegative(option: string, value: number): number {
  if (value >= 0) return value
  throw new TypeError(`The option '${option}' must be a number of at least 0, not ${value}.`)
}
