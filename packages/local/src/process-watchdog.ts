import { Worker } from 'node:worker_threads'

const INTERVAL_MS = 500

// Text, so that it is the same from sources, a build and a bundle. It watches the parent's id, too, since a process whose parent ends gets
// another one; and whether that process is there, since on Windows it does not.
const WATCH = `
const { workerData: parent } = require('node:worker_threads')
const isThere = () => {
  try {
    process.kill(parent, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
setInterval(() => {
  if (process.ppid === parent && isThere()) return
  try {
    process.kill(-process.pid, 'SIGKILL')
  } catch {}
  process.kill(process.pid, 'SIGKILL')
}, ${INTERVAL_MS})
`

/**
 * Ends this process, and those it started, within a second of its parent's end: from a thread of its own, since a main thread that spins
 * learns of nothing.
 */
export function endWithParent(parent: number): void {
  const worker = new Worker(WATCH, { eval: true, workerData: parent, execArgv: [], env: {} })
  worker.unref()
}
