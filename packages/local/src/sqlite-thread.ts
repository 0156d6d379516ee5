import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type Libsql from 'libsql'
import { fileCacheProgram } from './file-cache-program.js'
import { recordProgram } from './record-program.js'
import { openConnection } from './sqlite-connection.js'
import type { ProgramCalls, ThreadData, ThreadEvent, ThreadReply, ThreadRequest } from './sqlite-protocol.js'
import { IDLE, RUNNING } from './sqlite-protocol.js'

// The thread that owns this process's databases. It does one thing after another, and never waits for anything else.
const { libsql, state } = workerData as ThreadData
const programs = { 'file-cache': fileCacheProgram, records: recordProgram }
const open = new Map<number, ProgramCalls & { close(): void }>()
let Database: typeof Libsql

// Native code is not only run but loaded, too, unless the process ends.
guarded(() => {
  Database = createRequire(libsql)(libsql)
})

parentPort?.on('message', (request: ThreadRequest) => {
  guarded(() => parentPort?.postMessage(replyTo(request)))
})

function replyTo(request: ThreadRequest): ThreadReply {
  try {
    return { id: request.id, value: answer(request) }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { id: request.id, failure: { message, ...(code === undefined ? {} : { code }) } }
  }
}

function answer(request: ThreadRequest): unknown {
  if (request.kind === 'open') return opened(request)
  const program = open.get(request.database)
  if (program === undefined) throw closed()
  if (request.kind === 'call') return program[request.name]?.(...request.values)
  open.delete(request.database)
  program.close()
  return undefined
}

function opened({ database, program, path, settings }: ThreadRequest & { kind: 'open' }): void {
  const { migrations, create } = programs[program as keyof typeof programs]
  const connection = openConnection(Database, path, migrations)
  try {
    const tell = (event: unknown) => parentPort?.postMessage({ database, event } satisfies ThreadEvent)
    const calls = create(connection, settings as never, { guarded, tell })
    const close = () => {
      calls.close()
      connection.close()
    }
    open.set(database, { ...calls, close } as never)
  } catch (error) {
    connection.close()
    throw error
  }
}

function closed(): Error {
  return Object.assign(new Error('it is closed'), { code: 'CLOSED' })
}

/** Does work, unless the process ends meanwhile: it waits for work that has begun, and none begins after that. */
function guarded(work: () => void): void {
  if (Atomics.compareExchange(state, 0, IDLE, RUNNING) !== IDLE) return
  try {
    work()
  } finally {
    Atomics.store(state, 0, IDLE)
    Atomics.notify(state, 0)
  }
}
