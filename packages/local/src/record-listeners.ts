import type { StoredRecord } from '@datalab/core'
import { recordFrom } from './record-text.js'
import type { RecordNews } from './record-watch.js'

type Listener = (record: StoredRecord) => void

/** Who of this process is told of changes of which records. */
export class RecordListeners {
  readonly #listeners = new Map<string, Set<{ readonly hear: Listener }>>()

  get keys(): string[] {
    return [...this.#listeners.keys()]
  }

  /**
   * @returns lets the listener leave; it answers whether there is now nobody left for the key, and tells so once
   */
  add(key: string, hear: Listener): () => boolean {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners)
    const listener = { hear }
    listeners.add(listener)
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return false
      return this.#listeners.get(key) === listeners && this.#listeners.delete(key)
    }
  }

  tell({ key, record: text }: RecordNews): void {
    const listeners = this.#listeners.get(key)
    if (listeners === undefined) return
    const record = recordFrom(text)
    for (const { hear } of listeners) {
      try {
        hear(record)
      } catch (error) {
        // It must neither keep others from hearing it nor end the process.
        process.emitWarning(`A subscriber to the record of ${key} failed: ${error}`)
      }
    }
  }

  clear(): void {
    for (const listeners of this.#listeners.values()) listeners.clear()
    this.#listeners.clear()
  }
}
