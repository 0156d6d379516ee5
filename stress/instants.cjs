// Loaded before anything else into the hosts of a round, their children, and the threads of both (NODE_OPTIONS=--require): kills or stops the
// process at named instants. STRESS_INSTANTS lists them: { id, role, name, moment, nth, how }, where `role` is host or child, `nth` counts in
// one thread, and `how` is a signal. Each happens once in a round, whoever comes to it first.
const { appendFileSync, closeSync, mkdirSync, openSync, promises } = require('node:fs')
const fs = require('node:fs')
const { createRequire, syncBuiltinESMExports } = require('node:module')
const { join } = require('node:path')
const { isMainThread } = require('node:worker_threads')

const folder = process.env.STRESS_FOLDER
const role = process.argv[1]?.includes('process-child') ? 'child' : 'host'
const instants = JSON.parse(process.env.STRESS_INSTANTS ?? '[]').filter((instant) => instant.role === role)
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

function reached(name, moment) {
  const place = `${name} ${moment}`
  const count = (counts.get(place) ?? 0) + 1
  counts.set(place, count)
  for (const { id, nth, how, ...instant } of instants) {
    if (instant.name !== name || instant.moment !== moment || count < nth || !isFirst(id)) continue
    const facts = { kind: 'instant', at: Date.now(), pid: process.pid, id, role, name, moment, how }
    appendFileSync(join(folder, 'journal.jsonl'), `${JSON.stringify(facts)}\n`)
    process.kill(process.pid, how)
    // Other threads may take the signal: this one goes no further before it has its effect.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
}

/** The same function, between two instants. */
function between(name, call) {
  return function (...parameters) {
    reached(name, 'before')
    const answer = call.apply(this, parameters)
    if (typeof answer?.then !== 'function') {
      reached(name, 'after')
      return answer
    }
    return answer.then((value) => {
      reached(name, 'after')
      return value
    })
  }
}

function wrap(owner, method, name) {
  owner[method] = between(name, owner[method])
}

/** Where the storage writes its objects. */
function watchFiles() {
  const { open } = promises
  promises.open = async (...parameters) => {
    const handle = await open.apply(promises, parameters)
    const prototype = Object.getPrototypeOf(handle)
    if (!Object.hasOwn(prototype, 'isWatched')) {
      prototype.isWatched = true
      for (const method of ['write', 'sync']) wrap(prototype, method, method)
    }
    return handle
  }
  for (const method of ['link', 'rename', 'rm', 'rmdir']) wrap(promises, method, method)
  for (const method of ['renameSync', 'rmSync', 'mkdirSync']) wrap(fs, method, method)
  syncBuiltinESMExports()
}

/** Where the databases of this process live. */
function watchDatabase() {
  const { workerData } = require('node:worker_threads')
  if (typeof workerData?.libsql !== 'string') return
  const { prototype } = createRequire(workerData.libsql)(workerData.libsql)
  const { exec } = prototype
  const commit = between('commit', exec)
  const begin = between('begin', exec)
  prototype.exec = function (sql) {
    if (sql === 'COMMIT') return commit.call(this, sql)
    return sql.startsWith('BEGIN') ? begin.call(this, sql) : exec.call(this, sql)
  }
  for (const method of ['renameSync', 'rmSync', 'truncateSync']) wrap(fs, method, `cache ${method}`)
  syncBuiltinESMExports()
}

if (folder !== undefined && instants.length > 0) {
  mkdirSync(join(folder, 'fired'), { recursive: true })
  if (isMainThread) watchFiles()
  else watchDatabase()
}
