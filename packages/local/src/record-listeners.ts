import type { StoredRecord } from '@datalab/core'
import { membersIn, recordOf } from './record-texts.js'
import type { RecordNews } from './record-watch.js'

type Listener = (record: StoredRecord) => void

interface Watched {
  readonly listeners: Set<{ readonly hear: Listener }>
  /** Members of the record that are told when they change. */
  members: Partial<StoredRecord>
}

/** Who of this process is told of changes of which records. */
export class RecordListeners {
  readonly #watched = new Map<string, Watched>()

  get keys(): string[] {
    return [...this.#watched.keys()]
  }

  /**
   * @returns lets the listener leave; it answers whether there is now nobody left for the key, and tells so once
   */
  add(key: string, hear: Listener): () => boolean {
    const watched: Watched = this.#watched.get(key) ?? { listeners: new Set(), members: {} }
    const { listeners } = watched
    this.#watched.set(key, watched)
    const listener = { hear }
    listeners.add(listener)
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return false
      return this.#watched.get(key) === watched && this.#watched.delete(key)
    }
  }

  tell({ key, record: text, parts }: RecordNews): void {
    const watched = this.#watched.get(key)
    if (watched === undefined) return
    watched.members = { ...watched.members, ...membersIn(parts) }
    const record = recordOf(text, watched.members)
    // It is of before these came, and its parts were told to others.
    if (record.inputs === undefined) return
    for (const { hear } of watched.listeners) {
      try {
        hear(record)
      } catch (error) {
        // It must neither keep others from hearing it nor end the process.
        process.emitWarning(`A subscriber to the record of ${key} failed: ${error}`)
      }
    }
  }

  clear(): void {
    for (const { listeners } of this.#watched.values()) listeners.clear()
    this.#watched.clear()
  }
}
