import { parentPort, workerData } from 'node:worker_threads'
import type Libsql from 'libsql'
import { loadLibsql } from './load-libsql.js'
import { SqliteDesk } from './sqlite-desk.js'
import type { ThreadData, ThreadRequest } from './sqlite-protocol.js'
import { IDLE, RUNNING } from './sqlite-protocol.js'

// The thread that owns this process's databases. It does one thing after another, and never waits for anything else.
const { libsql, state } = workerData as ThreadData
let Database: typeof Libsql

// Native code is not only run but loaded, too, unless the process ends.
guarded(() => {
  Database = loadLibsql(libsql)
})

const desk = new SqliteDesk(
  () => Database,
  guarded,
  (event) => parentPort?.postMessage(event),
)

parentPort?.on('message', (request: ThreadRequest) => {
  guarded(() => parentPort?.postMessage({ id: request.id, ...desk.answer(request) }))
})

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
