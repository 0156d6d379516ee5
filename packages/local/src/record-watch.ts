import { TEXTS, type TextRow, textsOf } from './record-schema.js'
import type { RecordTexts } from './record-texts.js'
import type { Connection } from './sqlite-connection.js'

/** A record that has changed, as it was when that was seen: of its parts, those that were not told before. */
export interface RecordNews extends RecordTexts {
  readonly key: string
  readonly revision: number
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
  /** The revision up to which parts of each record were told; 0 where none was. */
  readonly #keys = new Map<string, number>()
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
    for (const key of keys) this.#keys.set(key, 0)
    if (isLate)
      this.#send(
        keys.flatMap((key) => this.#newsOf(key)),
        false,
      )
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
    const watched = changed.filter(({ key }) => this.#keys.has(key))
    // Where there is a later one by now, it comes with the next look.
    const news = watched.flatMap(({ key, revision }) => this.#newsOf(key).filter((one) => one.revision === revision))
    this.#send(news, isAnswered)
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
    for (const { key, revision } of news) this.#keys.set(key, revision)
    this.#isUnheard ||= isAnswered
  }

  /** The record as it is, where there is one. */
  #newsOf(key: string): RecordNews[] {
    const told = this.#keys.get(key)
    const sql = `SELECT revision, ${TEXTS} FROM records WHERE key = ?`
    const rows = this.connection.all<TextRow & { revision: number }>(sql, told, told, key)
    return rows.map((row) => ({ key, revision: row.revision, ...textsOf(row) }))
  }

  #newest(): number {
    const sql =
      'SELECT max((SELECT coalesce(max(revision), 0) FROM records), (SELECT revision FROM forgotten)) AS newest'
    return this.connection.get<{ newest: number }>(sql)?.newest ?? 0
  }
}
