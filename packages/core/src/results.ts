import type { ByteSource } from './byte-source.js'
import type { Logger } from './logger.js'
import type { OutputFile } from './output.js'
import { canBeRestored, lostObjects, readManifest } from './publication.js'
import type { StoredRecord } from './record.js'
import type { RecordStore } from './record-store.js'
import { type RestoreParts, restoreObjects } from './restore-objects.js'

const KEY = /^[0-9a-f]{64}$/

/** Whether a text has the form of a job's key. */
export function isJobKey(text: string): boolean {
  return KEY.test(text)
}

/** The key of the job that an output of this name is of; undefined where the name is none of an output. */
export function jobKeyOf(basename: string): string | undefined {
  const match = /^([0-9a-f]{64})(?:-[1-9][0-9]*)?$/.exec(basename)
  return match?.[1]
}

/** The object of one role of an output of this name, in a record. */
export function objectOf(record: StoredRecord | undefined, basename: string, role: string): string | undefined {
  const files: readonly OutputFile[] = record?.output?.output_files ?? []
  const objects = files.find((file) => file.basename === basename)?.objects
  return objects !== undefined && Object.hasOwn(objects, role) ? objects[role] : undefined
}

/** Where what is known of jobs is kept. */
export interface ResultsParts extends RestoreParts {
  readonly records: RecordStore
  readonly log: Logger
}

/** What is known of jobs: in the record store, else in the manifests of the storage. */
export class Results {
  readonly #restoring = new Map<string, Promise<boolean>>()

  constructor(private readonly parts: ResultsParts) {}

  /**
   * What is known of a job, and its result where that is there: completed, and with all its objects. Derived ones that were lost are made
   * again.
   *
   * @param isOnlyLooking nothing is written: what can be made again counts as there
   */
  async look(key: string, isOnlyLooking = false): Promise<{ known?: StoredRecord; result?: StoredRecord }> {
    const known = await this.parts.records.get(key)
    const result = await this.#result(key, known, isOnlyLooking)
    return { ...(known && { known }), ...(result && { result }) }
  }

  /** The record of a job, whatever its status. */
  async find(key: string): Promise<StoredRecord | undefined> {
    if (!isJobKey(key)) return undefined
    return (await this.parts.records.get(key)) ?? (await this.completed(key))
  }

  /** The record of a job that is completed, and whose objects are all there. */
  async completed(key: string): Promise<StoredRecord | undefined> {
    return isJobKey(key) ? (await this.look(key)).result : undefined
  }

  /** One object of an output file. */
  async open(basename: string, role: string): Promise<ByteSource | undefined> {
    const key = jobKeyOf(basename)
    const object = key === undefined ? undefined : objectOf(await this.completed(key), basename, role)
    return object === undefined ? undefined : this.parts.storage.open(object)
  }

  async #result(
    key: string,
    known: StoredRecord | undefined,
    isOnlyLooking: boolean,
  ): Promise<StoredRecord | undefined> {
    const { storage } = this.parts
    if (known !== undefined && known.status !== 'COMPLETED') return undefined
    const manifest = known === undefined ? await readManifest(storage, key) : undefined
    const record = known ?? manifest?.record
    if (record === undefined || !(await this.#isThere(record, isOnlyLooking))) return undefined
    return known ?? this.#adopted(record, manifest?.etag)
  }

  /** Keeps the record of a manifest, unless it was taken from there meanwhile: what was collected is not known any more. */
  async #adopted(record: StoredRecord, etag: string | undefined): Promise<StoredRecord | undefined> {
    const { records, storage } = this.parts
    const adopted = await records.adopt(record)
    if (adopted.status !== 'COMPLETED') return undefined
    if ((await readManifest(storage, record.key))?.etag === etag) return adopted
    await records.forget(record.key, record.attempt)
    return undefined
  }

  async #isThere(record: StoredRecord, isOnlyLooking: boolean): Promise<boolean> {
    const lost = await lostObjects(this.parts.storage, record)
    if (lost.size === 0) return true
    if (!canBeRestored(record, lost)) return false
    return isOnlyLooking || this.#restore(record, lost)
  }

  /** Once at a time, however many ask. Where it cannot be done, the job is run again. */
  #restore(record: StoredRecord, lost: ReadonlySet<string>): Promise<boolean> {
    const before = this.#restoring.get(record.key)
    if (before !== undefined) return before
    const restoring = restoreObjects(this.parts, record, lost)
      .catch((err) => {
        this.parts.log.warn({ key: record.key, err }, 'lost objects could not be made again')
        return false
      })
      .finally(() => this.#restoring.delete(record.key))
    this.#restoring.set(record.key, restoring)
    return restoring
  }
}
