import type { ByteSource } from './byte-source.js'
import type { ObjectStorage } from './object-storage.js'
import type { OutputFile } from './output.js'
import { isWhole, readManifest } from './publication.js'
import type { StoredRecord } from './record.js'
import type { RecordStore } from './record-store.js'

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

/** What is known of jobs: in the record store, else in the manifests of the storage. */
export class Results {
  constructor(
    private readonly storage: ObjectStorage,
    private readonly records: RecordStore,
  ) {}

  /** What is known of a job, and its result where that is there: completed, and with all its objects. */
  async look(key: string): Promise<{ known?: StoredRecord; result?: StoredRecord }> {
    const known = await this.records.get(key)
    const result = await this.#result(key, known)
    return { ...(known && { known }), ...(result && { result }) }
  }

  /** The record of a job, whatever its status. */
  async find(key: string): Promise<StoredRecord | undefined> {
    if (!isJobKey(key)) return undefined
    return (await this.records.get(key)) ?? (await this.completed(key))
  }

  /** The record of a job that is completed, and whose objects are all there. */
  async completed(key: string): Promise<StoredRecord | undefined> {
    return isJobKey(key) ? (await this.look(key)).result : undefined
  }

  /** One object of an output file. */
  async open(basename: string, role: string): Promise<ByteSource | undefined> {
    const key = jobKeyOf(basename)
    const object = key === undefined ? undefined : objectOf(await this.completed(key), basename, role)
    return object === undefined ? undefined : this.storage.open(object)
  }

  async #result(key: string, known: StoredRecord | undefined): Promise<StoredRecord | undefined> {
    if (known !== undefined && known.status !== 'COMPLETED') return undefined
    const record = known ?? (await readManifest(this.storage, key))?.record
    if (record === undefined || !(await isWhole(this.storage, record))) return undefined
    return known ?? this.records.adopt(record)
  }
}
