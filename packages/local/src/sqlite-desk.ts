import type Libsql from 'libsql'
import { fileCacheProgram } from './file-cache-program.js'
import { recordProgram } from './record-program.js'
import { openConnection } from './sqlite-connection.js'
import type { ProgramCalls, ThreadEvent, ThreadFailure, ThreadRequest } from './sqlite-protocol.js'

const programs = { 'file-cache': fileCacheProgram, records: recordProgram }

/** Where it is done what is asked of databases: one thing after another, each as a whole. */
export class SqliteDesk {
  readonly #open = new Map<number, ProgramCalls & { close(): void }>()

  /**
   * @param guarded wraps what programs do without being asked
   * @param tell is given what they tell
   */
  constructor(
    private readonly Database: () => typeof Libsql,
    private readonly guarded: (work: () => void) => void,
    private readonly tell: (event: ThreadEvent) => void,
  ) {}

  /** What comes of a request. Never throws. */
  answer(request: ThreadRequest): { value?: unknown; failure?: ThreadFailure } {
    try {
      return { value: this.#answer(request) }
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException
      return { failure: { message, ...(code === undefined ? {} : { code }) } }
    }
  }

  #answer(request: ThreadRequest): unknown {
    if (request.kind === 'open') return this.#opened(request)
    const program = this.#open.get(request.database)
    if (program === undefined) throw closed()
    if (request.kind === 'call') return program[request.name]?.(...request.values)
    this.#open.delete(request.database)
    program.close()
    return undefined
  }

  #opened({ database, program, path, settings }: ThreadRequest & { kind: 'open' }): void {
    const { migrations, create } = programs[program as keyof typeof programs]
    const connection = openConnection(this.Database(), path, migrations)
    try {
      const tell = (event: unknown) => this.tell({ database, event })
      const calls = create(connection, settings as never, { guarded: this.guarded, tell })
      const close = () => {
        calls.close()
        connection.close()
      }
      this.#open.set(database, { ...calls, close } as never)
    } catch (error) {
      connection.close()
      throw error
    }
  }
}

function closed(): Error {
  return Object.assign(new Error('it is closed'), { code: 'CLOSED' })
}
