import { closeSync, openSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createDataLab, FileStorage, type Lease } from '@datalab/core'
import { SqliteRecordStore } from '../src/index.js'
import { Block } from './block.js'
import { randomOf } from './random.js'
import { draft, submission } from './record-samples.js'

/** What a child does, as its argument in JSON. */
export interface RecordTask {
  work: keyof typeof works
  path: string
  leaseMs?: number
  keepMs?: number
  /** Of jobs, or paths of files. */
  keys?: readonly string[]
  /** The number of the attempt that completes a job. */
  attempts?: number
  seed?: number
}

const task = JSON.parse(process.argv[2] ?? '') as RecordTask
const { path, leaseMs = 5000, keepMs = 60_000, keys = ['k'], attempts = 1, seed = 1 } = task
const folder = dirname(path)
const store = new SqliteRecordStore({ path })
const random = randomOf(seed)

function say(text: string): void {
  process.send?.(text)
}

function told(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve))
}

/** One attempt, which nobody else may make at the same time. */
async function attempt(lease: Lease): Promise<void> {
  const alone = join(folder, `${lease.key}.running`)
  closeSync(openSync(alone, 'wx'))
  await store.update(lease, { progress: 0.5 })
  rmSync(alone)
  const isLast = lease.attempt === attempts
  const isOurs = isLast ? store.update(lease, { status: 'COMPLETED' }) : store.release(lease, { delayMs: 0 })
  if (!(await isOurs)) throw new Error(`the lease on ${lease.key} was lost`)
}

const works = {
  /** Claims jobs until all have ended, and tells how many attempts it made. */
  async claims() {
    let count = 0
    const open = new Set(keys)
    while (open.size > 0) {
      const key = [...open][random(open.size)] as string
      const answer = await store.claim(key, `child ${process.pid}`, { leaseMs })
      if (answer.lease !== undefined) {
        await attempt(answer.lease)
        count++
      } else if (answer.waitMs === undefined) open.delete(key)
    }
    return String(count)
  },
  /** Writes job after job, and says of each what was answered. */
  async writes() {
    for (let i = 0; ; i++) {
      const key = `${seed}-${i}`
      await store.submit(draft(key), submission('1'))
      say(`PENDING ${key}`)
      const { lease } = await store.claim(key, 'me', { leaseMs, keepMs })
      if (lease === undefined) throw new Error(`${key} cannot be claimed`)
      say(`IN_PROGRESS ${key}`)
      await store.update(lease, { status: 'COMPLETED' })
      say(`COMPLETED ${key}`)
    }
  },
  /** Holds a lease, which its thread keeps, and tries to use it when it is told to go on. */
  async holds() {
    const { lease } = await store.claim('k', 'holder', { leaseMs, keepMs })
    if (lease === undefined) return 'nothing to claim'
    say('claimed')
    await told()
    const uses = [
      await store.update(lease, { status: 'COMPLETED', message: 'by the holder' }),
      await store.renew(lease, leaseMs),
      await store.release(lease, { delayMs: 0 }),
    ]
    return uses.join(' ')
  },
  /** Runs an operation that blocks this thread. */
  async blocks() {
    const storage = new FileStorage(join(folder, 'objects'))
    const lab = createDataLab({ operations: [Block], records: store, storage, leaseMs })
    const job = await lab.submit(Block, { until: join(folder, 'go') })
    await job.result()
    const { attempt, status } = await job.record()
    await lab.close()
    return `attempt ${attempt}: ${status}`
  },
  /** Runs a job to its end, step by step, each said before it is done. */
  async runs() {
    const { lease } = await store.claim('k', 'runner', { leaseMs, keepMs })
    if (lease === undefined) return 'nothing to claim'
    for (const progress of [0.25, 0.5, 0.75]) await store.update(lease, { progress })
    await store.update(lease, { status: 'COMPLETED', progress: 1 })
    return 'done'
  },
  /** Tells of changes until the job has ended. */
  async watches() {
    const end = new Promise<void>((resolve) => {
      store.subscribe('k', ({ status, progress }) => {
        say(`${status} ${progress}`)
        if (status === 'COMPLETED') resolve()
      })
    })
    await store.get('k')
    say('watching')
    // Who waits for somebody else keeps itself alive.
    const alive = setInterval(() => {}, 1000)
    await end
    clearInterval(alive)
    return 'done'
  },
  /** Leaves everything open, and ends. */
  async leaves() {
    store.subscribe('k', () => {})
    const { lease } = await store.claim('k', 'leaver', { leaseMs, keepMs })
    return lease === undefined ? 'nothing to claim' : 'left'
  },
  /** Tells why it cannot write to other files, as a user who may not. */
  async fails() {
    await store.get('k')
    // Root may write everywhere.
    if (process.getuid?.() === 0) process.seteuid?.(65534)
    const failures = keys.map(async (file) => {
      const closed = new SqliteRecordStore({ path: file })
      const error = await closed.submit(draft('k'), submission('1')).catch((error) => error)
      await closed.close()
      return { ...error, message: error.message }
    })
    return JSON.stringify(await Promise.all(failures))
  },
}

try {
  if (task.work !== 'writes') {
    say('ready')
    await told()
  }
  say(await works[task.work]())
  if (task.work !== 'leaves') await store.close()
} catch (error) {
  say(`failed: ${(error as Error).stack}`)
}
process.disconnect()
