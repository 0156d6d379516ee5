import type { StoredRecord } from '@datalab/core'
import type { RecordTable } from './record-table.js'
import type { RedisAddress } from './redis-address.js'
import { RedisLink } from './redis-link.js'

type Listener = (record: StoredRecord) => void

interface Watched {
  readonly listeners: Set<{ readonly hear: Listener }>
  /** The revision that is known without having been told. */
  known: number
  /** The last that was told. */
  told: number
}

/**
 * Tells of changes of records: by a channel for each, on a connection of its own, opened when somebody watches. What was missed while there was
 * none is told when there is one again, as it is then.
 */
export class RecordWatch {
  readonly #keys = new Map<string, Watched>()
  readonly #link: RedisLink

  constructor(
    address: RedisAddress,
    private readonly prefix: string,
    private readonly table: RecordTable,
  ) {
    this.#link = new RedisLink(address)
    this.#link.onUp(() => void this.#resume())
  }

  add(key: string, hear: Listener): () => void {
    const listener = { hear }
    const watched = this.#keys.get(key) ?? this.#begin(key)
    watched.listeners.add(listener)
    return () => {
      watched.listeners.delete(listener)
      if (watched.listeners.size === 0 && this.#keys.get(key) === watched) this.#end(key)
    }
  }

  /** What this process has changed is heard at once. */
  tell(revision: number, record: StoredRecord): void {
    const watched = this.#keys.get(record.key)
    if (watched === undefined || revision <= watched.told) return
    watched.told = revision
    for (const { hear } of [...watched.listeners]) {
      try {
        hear(record)
      } catch (error) {
        // It must neither keep others from hearing it nor end the process.
        process.emitWarning(`A subscriber to the record of ${record.key} failed: ${error}`)
      }
    }
  }

  async close(): Promise<void> {
    this.#keys.clear()
    await this.#link.close()
  }

  #begin(key: string): Watched {
    const watched: Watched = { listeners: new Set(), known: 0, told: 0 }
    this.#keys.set(key, watched)
    // What the record is now is no news; it is asked for before anything that the caller does next.
    const known = this.table.revision(key).then(
      (revision) => {
        watched.known = revision
      },
      () => {},
    )
    void known.then(() => this.#subscribe([key]))
    return watched
  }

  /** Subscribes, and tells what has changed until then. Where that fails, it is done when there is a connection again. */
  async #subscribe(wanted: readonly string[]): Promise<void> {
    const keys = wanted.filter((key) => this.#keys.has(key))
    if (keys.length === 0) return
    try {
      await this.#link.use(async (client) => {
        if (client.listenerCount('message') === 0) client.on('message', (channel, text) => this.#hear(channel, text))
        await client.subscribe(...keys.map((key) => this.#channelOf(key)))
      })
      await Promise.all(keys.map((key) => this.#catchUp(key)))
    } catch {
      // Whoever waits for the end of a job looks for himself, too.
    }
  }

  #resume(): Promise<void> {
    return this.#subscribe([...this.#keys.keys()])
  }

  async #catchUp(key: string): Promise<void> {
    const watched = this.#keys.get(key)
    if (watched === undefined || (await this.table.revision(key)) <= Math.max(watched.known, watched.told)) return
    const read = await this.table.get(key)
    if (read !== undefined) this.tell(read.revision, read.record)
  }

  #end(key: string): void {
    this.#keys.delete(key)
    if (this.#link.isUp) this.#link.use((client) => client.unsubscribe(this.#channelOf(key))).catch(() => {})
  }

  #hear(channel: string, text: string): void {
    const space = text.indexOf(' ')
    const key = channel.slice(this.#channelOf('').length)
    if (this.#keys.has(key)) this.tell(Number(text.slice(0, space)), JSON.parse(text.slice(space + 1)))
  }

  #channelOf(key: string): string {
    return `${this.prefix}:watch:${key}`
  }
}
