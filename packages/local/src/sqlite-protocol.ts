import type { Connection } from './sqlite-connection.js'

/** What the thread of the databases is started with. */
export interface ThreadData {
  /** The file of libsql. */
  readonly libsql: string
  /** One number: {@link IDLE}, {@link RUNNING} or {@link ENDED}. */
  readonly state: Int32Array
}

export const IDLE = 0
export const RUNNING = 1
export const ENDED = 2

/** What can be asked of a program, by name. All values are plain data. */
// biome-ignore lint/suspicious/noExplicitAny: the values of a call are its own; those of all calls have no common type
export type ProgramCalls = Record<string, (...values: any[]) => unknown>

/** What a program does without being asked, as by a timer. */
interface ProgramSurroundings {
  /** Wraps each such piece of work. */
  guarded(work: () => void): void
  /** Tells whoever opened the database something: plain data. */
  tell(event: unknown): void
}

/** Work on a database that is done in the thread: each call as a whole, without anything in between. */
export interface SqliteProgram<Settings, Calls extends ProgramCalls> {
  readonly migrations: readonly string[]
  create(
    connection: Connection,
    settings: Settings,
    surroundings: ProgramSurroundings,
  ): Calls & { /** Ends timers; the connection is closed after it. */ close(): void }
}

export type ThreadRequest = { readonly id: number; readonly database: number } & (
  | { readonly kind: 'open'; readonly program: string; readonly path: string; readonly settings: unknown }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: 'close' }
)

export interface ThreadReply {
  readonly id: number
  readonly value?: unknown
  readonly failure?: ThreadFailure
}

export interface ThreadFailure {
  readonly message: string
  readonly code?: string
}

/** What a program tells without being asked. */
export interface ThreadEvent {
  readonly database: number
  readonly event: unknown
}
