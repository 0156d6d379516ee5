import { adoptResult } from './adopt-result.js'
import type { Logger } from './logger.js'
import type { OutputFile } from './output.js'
import { canBeRestored, lostObjects, objectSizesOf, readManifest, writeManifest } from './publication.js'
import type { StoredRecord } from './record.js'
import type { RecordStore } from './record-store.js'
import { type RestoreParts, restoreObjects } from './restore-objects.js'

/** What results are looked at and mended with. */
export interface WholeResultsParts extends RestoreParts {
  readonly records: RecordStore
  readonly log: Logger
}

/**
 * Holds results against what is in the storage, and has derived objects made again that were lost. An object that is not as long as it was written
 * is lost: what was made again may have another length, which then takes the place of the first in the record.
 */
export class WholeResults {
  readonly #restoring = new Map<string, Promise<StoredRecord | undefined>>()

  constructor(private readonly parts: WholeResultsParts) {}

  /**
   * The record of a result whose objects are all there, with their lengths; undefined where it is not whole.
   *
   * @param isOnlyLooking nothing is written: what can be made again counts as there
   */
  async whole(record: StoredRecord, isOnlyLooking: boolean): Promise<StoredRecord | undefined> {
    const lost = await lostObjects(this.parts.storage, record)
    if (lost.size === 0) return record
    if (!canBeRestored(record, lost)) return undefined
    return isOnlyLooking ? record : this.#restored(record)
  }

  /** Once at a time, however many ask. Where it cannot be done, the job is run again. */
  #restored(record: StoredRecord): Promise<StoredRecord | undefined> {
    const before = this.#restoring.get(record.key)
    if (before !== undefined) return before
    const restoring = this.#restore(record)
      .catch((err) => {
        this.parts.log.warn({ key: record.key, err }, 'lost objects could not be made again')
        return undefined
      })
      .finally(() => this.#restoring.delete(record.key))
    this.#restoring.set(record.key, restoring)
    return restoring
  }

  async #restore(record: StoredRecord): Promise<StoredRecord | undefined> {
    const { storage } = this.parts
    // Another host may have made them again, and noted their lengths there.
    const manifest = await readManifest(storage, record.key)
    const noted = withSizes(record, objectSizesOf(manifest?.record?.output ?? null))
    const lost = await lostObjects(storage, noted)
    const restored = await restoreObjects(this.parts, noted, lost)
    if (restored === undefined) return undefined
    const result = withSizes(noted, restored)
    if (manifest?.record !== undefined) {
      const changed = withSizes(manifest.record, restored)
      if (changed !== manifest.record) await writeManifest(storage, changed, manifest)
    }
    return result === record ? result : this.#kept(result)
  }

  /** Keeps the record of a result in the place of the one before, where that is known. */
  async #kept(result: StoredRecord): Promise<StoredRecord | undefined> {
    const known = await this.parts.records.get(result.key)
    const isKnown = known?.status === 'COMPLETED' && known.attempt === result.attempt
    return isKnown ? adoptResult(this.parts, result, known) : result
  }
}

/** The record with these lengths of its objects, by their keys; the same one where nothing changes. */
function withSizes(record: StoredRecord, sizes: ReadonlyMap<string, number | undefined>): StoredRecord {
  const files = record.output?.output_files ?? []
  const changed = files.map((file) => resized(file, sizes))
  if (changed.every((file, index) => file === files[index])) return record
  return { ...record, output: { ...record.output, output_files: changed } }
}

function resized(file: OutputFile, sizes: ReadonlyMap<string, number | undefined>): OutputFile {
  const found = Object.entries(file.objects).flatMap(([role, key]): [string, number][] => {
    const size = sizes.get(key)
    return size === undefined || size === file.sizes[role] ? [] : [[role, size]]
  })
  return found.length === 0 ? file : { ...file, sizes: { ...file.sizes, ...Object.fromEntries(found) } }
}
