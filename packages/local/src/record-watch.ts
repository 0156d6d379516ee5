import type { Connection } from './sqlite-connection.js'

/** A record that has changed: its JSON, as it was when that was seen. */
export interface RecordNews {
  readonly key: string
  readonly record: string
}

/** Records that have changed, in the order in which they did. */
export interface RecordEvent {
  readonly news: readonly RecordNews[]
  /** Whether to say when it was heard: until then it is not looked for more. */
  readonly isAnswered: boolean
}

/** How often it is looked for changes by other processes. */
const LOOK_MS = 50

/** Tells of changes of those records that somebody watches; while nobody does, it does nothing. */
export class RecordWatch {
  readonly #keys = new Set<string>()
  #seen = 0
  #timer: NodeJS.Timeout | undefined
  #isUnheard = false

  constructor(
    private readonly connection: Connection,
    private readonly tell: (event: RecordEvent) => void,
    private readonly guarded: (work: () => void) => void,
  ) {}

  /**
   * @param isLate to tell of them as they are, too, since they may have changed while they could not be watched
   */
  add(keys: readonly string[], isLate: boolean): void {
    if (this.#keys.size > 0) this.look()
    else this.#seen = this.#newest()
    for (const key of keys) this.#keys.add(key)
    if (isLate) this.#send(this.#present(keys), false)
    this.#timer ??= setInterval(() => this.guarded(() => this.#poll()), LOOK_MS).unref()
  }

  remove(key: string): void {
    this.#keys.delete(key)
    if (this.#keys.size === 0) this.close()
  }

  /** What was told with a wish for an answer was heard. */
  heard(): void {
    this.#isUnheard = false
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Tells of what has changed since the last look. */
  look(isAnswered = false): void {
    if (this.#keys.size === 0) return
    const changed = this.connection.all<{ key: string; revision: number }>(
      'SELECT key, revision FROM records WHERE revision > ? ORDER BY revision',
      this.#seen,
    )
    this.#send(
      changed.flatMap(({ key, revision }) => (this.#keys.has(key) ? this.#newsOf(key, revision) : [])),
      isAnswered,
    )
    this.#seen = changed.at(-1)?.revision ?? this.#seen
  }

  /** Whoever is too busy to hear is not told more and more: when they have heard, they are told how things stand then. */
  #poll(): void {
    if (this.#isUnheard) return
    try {
      this.look(true)
    } catch {
      // It is looked again soon.
    }
  }

  #send(news: readonly RecordNews[], isAnswered: boolean): void {
    if (news.length === 0) return
    this.tell({ news, isAnswered })
    this.#isUnheard ||= isAnswered
  }

  /** The record of a revision; nothing where there is a later one by now, which comes with the next look. */
  #newsOf(key: string, revision: number): RecordNews[] {
    return this.connection.all('SELECT key, record FROM records WHERE key = ? AND revision = ?', key, revision)
  }

  #present(keys: readonly string[]): RecordNews[] {
    return keys.flatMap((key) => this.connection.all<RecordNews>('SELECT key, record FROM records WHERE key = ?', key))
  }

  #newest(): number {
    const sql =
      'SELECT max((SELECT coalesce(max(revision), 0) FROM records), (SELECT revision FROM forgotten)) AS newest'
    return this.connection.get<{ newest: number }>(sql)?.newest ?? 0
  }
}
