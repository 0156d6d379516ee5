import { dirname } from 'node:path'
import { DataLabError, isDataLabError, type StoredRecord } from '@datalab/core'
import { makeFolder } from './make-folder.js'
import { RecordListeners } from './record-listeners.js'
import type { RecordCalls } from './record-program.js'
import type { RecordEvent } from './record-watch.js'
import { SqliteDatabase, type SqlitePlace } from './sqlite.js'
import { databaseError } from './sqlite-error.js'

/** When a file that could not be watched is tried again. */
const AGAIN_MS = 500

/** A database of records, as this process uses it. It is opened when it is first needed. */
export class RecordClient {
  readonly #listeners = new RecordListeners()
  #opening: Promise<SqliteDatabase<RecordCalls>> | undefined
  #again: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(
    private readonly path: string,
    private readonly place: SqlitePlace = 'apart',
  ) {}

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** @throws DATALAB_CLOSED, DATABASE_NEWER, DATABASE_UNAVAILABLE */
  async call<Name extends keyof RecordCalls>(
    name: Name,
    ...values: Parameters<RecordCalls[Name]>
  ): Promise<ReturnType<RecordCalls[Name]>> {
    const opening = this.#database()
    const database = await opening
    try {
      return await database.call(name, ...values)
    } catch (error) {
      if (this.#opening === opening && isGone(error)) this.#lose()
      throw error
    }
  }

  /** @throws DATALAB_CLOSED */
  subscribe(key: string, onChange: (record: StoredRecord) => void): () => void {
    this.#checkOpen()
    const leave = this.#listeners.add(key, onChange)
    this.#watch([key], false)
    return () => {
      if (leave() && !this.#isClosed) this.call('unwatch', key).catch(() => {})
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#again)
    this.#listeners.clear()
    const database = await this.#opening?.catch(() => undefined)
    await database?.close()
  }

  #database(): Promise<SqliteDatabase<RecordCalls>> {
    this.#checkOpen()
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<SqliteDatabase<RecordCalls>> {
    const { path } = this
    await makeFolder(dirname(path)).catch((error) => {
      throw databaseError(path, error)
    })
    const hear = (event: unknown) => this.#hear(event as RecordEvent)
    return SqliteDatabase.open<RecordCalls>('records', path, undefined, hear, this.place)
  }

  #hear({ news, isAnswered }: RecordEvent): void {
    for (const one of news) this.#listeners.tell(one)
    if (isAnswered && !this.#isClosed) this.call('heard').catch(() => {})
  }

  /** Whoever subscribed is told of changes as soon as that can be. */
  #watch(keys: readonly string[], isLate: boolean): void {
    this.call('watch', keys, isLate).catch(() => this.#watchAgain())
  }

  #watchAgain(): void {
    if (this.#isClosed) return
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      const { keys } = this.#listeners
      if (keys.length > 0) this.#watch(keys, true)
    }, AGAIN_MS).unref()
  }

  /** The thread of the databases died. The next call starts another. */
  #lose(): void {
    this.#opening = undefined
    this.#watchAgain()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new DataLabError('DATALAB_CLOSED', 'This record store is closed; make a new one.')
  }
}

function isGone(error: unknown): boolean {
  return isDataLabError(error, 'DATABASE_UNAVAILABLE') && error.details.reason === 'CLOSED'
}
