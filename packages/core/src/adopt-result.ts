import type { ObjectStorage } from './object-storage.js'
import { readManifest } from './publication.js'
import type { StoredRecord } from './record.js'
import type { RecordStore } from './record-store.js'

/**
 * Keeps the record of a result that was found in the storage, unless it was taken from there meanwhile: what was collected is not known any more.
 *
 * @param before the ended record whose place it takes
 * @returns undefined, too, where another attempt has been asked for by then
 */
export async function adoptResult(
  { records, storage }: { readonly records: RecordStore; readonly storage: ObjectStorage },
  record: StoredRecord,
  before?: StoredRecord,
): Promise<StoredRecord | undefined> {
  if (before !== undefined) await records.forget(before.key, before.attempt)
  const adopted = await records.adopt(record)
  if (adopted.status !== 'COMPLETED') return undefined
  if ((await readManifest(storage, record.key))?.record !== undefined) return adopted
  await records.forget(adopted.key, adopted.attempt)
  return undefined
}
