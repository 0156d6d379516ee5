import { Worker } from 'node:worker_threads'
import { CHILD_VARIABLE } from './process-tree.js'

const INTERVAL_MS = 500

// Text, so that it is the same from sources, a build and a bundle. It watches the parent's id, too, since a process whose parent ends gets
// another one; and whether that process is there, since on Windows it does not.
const WATCH = `
const { readdirSync, readFileSync } = require('node:fs')
const { workerData: { parent, mark } } = require('node:worker_threads')
const isThere = () => {
  try {
    process.kill(parent, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
const isMarked = (pid) => {
  try {
    return readFileSync('/proc/' + pid + '/environ', 'latin1').split('\\0').includes(mark)
  } catch {
    return false
  }
}
const others = () => {
  try {
    return readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && Number(name) !== process.pid && isMarked(name))
  } catch {
    return []
  }
}
setInterval(() => {
  if (process.ppid === parent && isThere()) return
  for (const pid of others()) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {}
  }
  try {
    process.kill(-process.pid, 'SIGKILL')
  } catch {}
  process.kill(process.pid, 'SIGKILL')
}, ${INTERVAL_MS})
`

/**
 * Ends this process, and those it started, within a second of its parent's end: from a thread of its own, since a main thread that spins
 * learns of nothing. On Linux those that have left its group end as well.
 */
export function endWithParent(parent: number): void {
  const mark = `${CHILD_VARIABLE}=${process.env[CHILD_VARIABLE]}`
  const worker = new Worker(WATCH, { eval: true, workerData: { parent, mark }, execArgv: [], env: {} })
  worker.unref()
}
