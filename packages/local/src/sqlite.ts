import { Worker } from 'node:worker_threads'
import type Libsql from 'libsql'
import { libsqlFrom, loadLibsql } from './load-libsql.js'
import { SqliteDesk } from './sqlite-desk.js'
import { databaseError } from './sqlite-error.js'
import type {
  ProgramCalls,
  ThreadData,
  ThreadEvent,
  ThreadFailure,
  ThreadReply,
  ThreadRequest,
} from './sqlite-protocol.js'
import { ENDED, IDLE, RUNNING } from './sqlite-protocol.js'
import { SQLITE_THREAD } from './sqlite-thread.gen.js'

type Unnumbered<Request> = Request extends unknown ? Omit<Request, 'id'> : never

interface Pending {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Where a database lives: `apart`, in the thread of the databases, or `here`, in the thread that opens it, which waits for what it asks. */
export type SqlitePlace = 'apart' | 'here'

/**
 * A database of this process, by the calls of the program that works on it.
 *
 * Those that live apart share one thread, which starts with the first and is never ended: ending a thread that is inside the database's
 * native code can end the process. No database keeps the process alive while nothing is asked of it.
 */
export class SqliteDatabase<Calls extends ProgramCalls> {
  private constructor(
    private readonly path: string,
    private readonly number: number,
    private readonly place: SqlitePlace,
  ) {}

  /**
   * Opens the database of a file, which is made where there is none.
   *
   * @param onEvent is told what the program tells without being asked, as long as the database is open
   * @throws DATABASE_NEWER, DATABASE_UNAVAILABLE
   */
  static async open<Calls extends ProgramCalls>(
    program: string,
    path: string,
    settings: unknown,
    onEvent: EventListener = () => {},
    place: SqlitePlace = 'apart',
  ): Promise<SqliteDatabase<Calls>> {
    const database = new SqliteDatabase<Calls>(path, ++opened, place)
    listeners.set(database.number, onEvent)
    await database.#ask({ kind: 'open', database: database.number, program, path, settings }).catch((error) => {
      listeners.delete(database.number)
      throw error
    })
    return database
  }

  /** @throws DATABASE_UNAVAILABLE */
  async call<Name extends keyof Calls & string>(
    name: Name,
    ...values: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>> {
    return (await this.#ask({ kind: 'call', database: this.number, name, values })) as ReturnType<Calls[Name]>
  }

  async close(): Promise<void> {
    listeners.delete(this.number)
    await this.#ask({ kind: 'close', database: this.number })
  }

  async #ask(request: Unnumbered<ThreadRequest>): Promise<unknown> {
    try {
      return await (this.place === 'here' ? askHere(request) : askThread(request))
    } catch (error) {
      throw error instanceof FailedCall ? databaseError(this.path, error.failure) : error
    }
  }
}

type EventListener = (event: unknown) => void

const listeners = new Map<number, EventListener>()
let opened = 0
let thread: SqliteThread | undefined

function askThread(request: Unnumbered<ThreadRequest>): Promise<unknown> {
  thread ??= new SqliteThread()
  return thread.ask(request)
}

let desk: SqliteDesk | undefined

function askHere(request: Unnumbered<ThreadRequest>): unknown {
  desk ??= new SqliteDesk(libsqlHere, (work) => work(), tellLater)
  const { value, failure } = desk.answer({ ...request, id: 0 })
  if (failure !== undefined) throw new FailedCall(failure)
  return value
}

let Database: typeof Libsql | undefined

function libsqlHere(): typeof Libsql {
  Database ??= loadLibsql(libsqlPath())
  return Database
}

function libsqlPath(): string {
  return libsqlFrom(import.meta.url)
}

/** Not within the call that it comes of, but before whoever called goes on. */
function tellLater({ database, event }: ThreadEvent): void {
  queueMicrotask(() => listeners.get(database)?.(event))
}

class FailedCall {
  constructor(readonly failure: ThreadFailure) {}
}

class SqliteThread {
  readonly #state = new Int32Array(new SharedArrayBuffer(4))
  readonly #pending = new Map<number, Pending>()
  readonly #worker: Worker
  #asked = 0

  constructor() {
    const code = new URL(`data:text/javascript;base64,${Buffer.from(SQLITE_THREAD).toString('base64')}`)
    const workerData: ThreadData = { libsql: libsqlPath(), state: this.#state }
    this.#worker = new Worker(code, { workerData, execArgv: [], env: process.env })
    this.#worker.on('message', (message: ThreadReply | ThreadEvent) => this.#hear(message))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('its thread ended')))
    // Last: whoever listens to messages has the process wait for them again.
    this.#worker.unref()
    process.on('exit', () => endOf(this.#state))
  }

  ask(request: Unnumbered<ThreadRequest>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#asked
      // First, since it fails for what cannot be sent.
      this.#worker.postMessage({ ...request, id })
      if (this.#pending.size === 0) this.#worker.ref()
      this.#pending.set(id, { resolve, reject })
    })
  }

  #hear(message: ThreadReply | ThreadEvent): void {
    if ('event' in message) listeners.get(message.database)?.(message.event)
    else this.#settle(message)
  }

  #settle({ id, value, failure }: ThreadReply): void {
    const asked = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#worker.unref()
    if (failure === undefined) asked?.resolve(value)
    else asked?.reject(new FailedCall(failure))
  }

  /** The thread could not start, or died: what waits for it fails, and the next call starts another. */
  #fail(error: Error): void {
    if (thread === this) thread = undefined
    for (const { reject } of this.#pending.values()) reject(new FailedCall({ message: error.message, code: 'CLOSED' }))
    this.#pending.clear()
  }
}

/** Lets the thread end what it is in the midst of: this process is over when this returns, and the thread with it. */
function endOf(state: Int32Array): void {
  while (Atomics.compareExchange(state, 0, IDLE, ENDED) === RUNNING) {
    if (Atomics.wait(state, 0, RUNNING, 5000) === 'timed-out') return
  }
}
