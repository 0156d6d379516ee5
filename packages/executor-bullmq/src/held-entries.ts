import type { EntryRead } from './record-table.js'

interface Held {
  readonly read: EntryRead
  /** By the clock of this process. */
  readonly since: number
}

/**
 * Entries under leases that were given to this process, as they were kept last. Hardly anybody else changes them meanwhile: they need not be read
 * before each change, since none is kept where somebody has.
 */
export class HeldEntries {
  readonly #entries = new Map<string, Held>()

  /** Remembers an entry, where this owner has its lease. */
  put(read: EntryRead, owner: string): void {
    const { entry } = read
    if (entry?.lease?.owner === owner) this.#entries.set(entry.record.key, { read, since: performance.now() })
  }

  /** An entry, as if it were read now. It has to be put again: whatever fails, it is read anew. */
  take(key: string): EntryRead | undefined {
    const held = this.#entries.get(key)
    this.#entries.delete(key)
    return held && { ...held.read, now: held.read.now + Math.round(performance.now() - held.since) }
  }

  clear(): void {
    this.#entries.clear()
  }
}
