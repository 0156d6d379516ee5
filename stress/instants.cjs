// Loaded before anything else into the hosts of a round, their children, and the threads of both (NODE_OPTIONS=--require): kills or stops the
// process at named instants. STRESS_INSTANTS lists them: { id, role, name, moment, nth, how }, where `role` is host or child, `nth` counts in
// one thread, and `how` is a signal. Each happens once in a round, whoever comes to it first.
const fs = require('node:fs')
const { createRequire, syncBuiltinESMExports } = require('node:module')
const { join } = require('node:path')
const { isMainThread, workerData } = require('node:worker_threads')

const { appendFileSync, closeSync, mkdirSync, openSync, promises } = fs
const { STRESS_FOLDER: folder, STRESS_INSTANTS: all = '[]' } = process.env
const role = process.argv[1]?.endsWith('process-child.js') ? 'child' : 'host'
const instants = JSON.parse(all).filter((instant) => instant.role === role)
const counts = new Map()

/** Whether no other process has come to it. */
function isFirst(id) {
  try {
    closeSync(openSync(join(folder, 'fired', String(id)), 'wx'))
    return true
  } catch {
    return false
  }
}

/** @param {unknown} to what is named there, where something is */
function reached(name, moment, to) {
  const place = `${name} ${moment}`
  const count = (counts.get(place) ?? 0) + 1
  counts.set(place, count)
  for (const { id, nth, how, ...instant } of instants) {
    if (instant.name !== name || instant.moment !== moment || count < nth || !isFirst(id)) continue
    const facts = { kind: 'instant', at: Date.now(), pid: process.pid, id, role, name, moment, how, to: to ?? '' }
    appendFileSync(join(folder, 'journal.jsonl'), `\n${JSON.stringify(facts)}\n`)
    process.kill(process.pid, how)
    // Other threads may take the signal: this one goes no further before it has its effect.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
}

/** The same function, between two instants. Their name may depend on what it is called with. */
function between(naming, call) {
  return function (...parameters) {
    const name = typeof naming === 'string' ? naming : naming(...parameters)
    const [, to] = parameters
    reached(name, 'before', to)
    const answer = call.apply(this, parameters)
    if (typeof answer?.then !== 'function') {
      reached(name, 'after', to)
      return answer
    }
    return answer.then((value) => {
      reached(name, 'after', to)
      return value
    })
  }
}

/** What gets its name in the storage. */
function namedAt(_, path) {
  if (path.endsWith('record.json')) return 'manifest'
  return path.endsWith('reserved') ? 'reservation' : 'object'
}

function wrap(owner, method, name) {
  owner[method] = between(name, owner[method])
}

/** Where the storage writes its objects. */
function watchFiles() {
  watchHandles()
  wrap(promises, 'link', namedAt)
  wrap(promises, 'rename', 'replacement')
  for (const method of ['rm', 'rmdir', 'unlink']) wrap(promises, method, method)
  for (const method of ['renameSync', 'rmSync', 'mkdirSync']) wrap(fs, method, method)
  syncBuiltinESMExports()
}

/** The class of open files is known when the first is opened. */
function watchHandles() {
  const { open } = promises
  let isWatched = false
  promises.open = async (...parameters) => {
    const handle = await open.apply(promises, parameters)
    if (!isWatched) for (const method of ['write', 'sync']) wrap(Object.getPrototypeOf(handle), method, method)
    isWatched = true
    return handle
  }
}

/** Where the databases of this process live, and the file cache names and deletes its files. */
function watchDatabases() {
  if (typeof workerData?.libsql !== 'string') return
  const { prototype } = createRequire(workerData.libsql)(workerData.libsql)
  const { exec } = prototype
  const [begin, commit] = [between('begin', exec), between('commit', exec)]
  prototype.exec = function (sql) {
    const call = sql === 'COMMIT' ? commit : sql.startsWith('BEGIN') ? begin : exec
    return call.call(this, sql)
  }
  for (const method of ['renameSync', 'rmSync', 'truncateSync']) wrap(fs, method, `cache ${method}`)
  syncBuiltinESMExports()
}

if (folder !== undefined && instants.length > 0) {
  mkdirSync(join(folder, 'fired'), { recursive: true })
  if (isMainThread) watchFiles()
  else watchDatabases()
}
