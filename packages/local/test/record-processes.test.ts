import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClaimAnswer, createDataLab, FileStorage, type Lease } from '@datalab/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SqliteRecordStore } from '../src/index.js'
import { Block } from './block.js'
import { bundled, Child, type Script } from './child-processes.js'
import { randomOf } from './random.js'
import type { RecordTask } from './record-child.js'
import { recordConnection } from './record-lab.js'
import { draft, submission } from './record-samples.js'

const LEASE_MS = 400
/** So long that no lease runs out which is kept, however busy the machine is. */
const LONG_MS = 1500
const SEED = Number(process.env.DATALAB_TEST_SEED ?? 1)
let script: Script
let folder: string
let path: string
let children: Child[]
let store: SqliteRecordStore

beforeAll(async () => {
  script = await bundled('record-child.ts')
})

afterAll(() => script.remove())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'records-'))
  path = join(folder, 'records.sqlite')
  children = []
  store = new SqliteRecordStore({ path })
})

afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()))
  await store.close()
  await rm(folder, { recursive: true })
})

function begin(task: Omit<RecordTask, 'path'>): Child {
  const child = new Child(script, { path, ...task } satisfies RecordTask)
  children.push(child)
  return child
}

/** A child that has begun its work. */
async function start(task: Omit<RecordTask, 'path'>): Promise<Child> {
  const child = begin(task)
  expect(await child.said()).toBe('ready')
  child.go()
  return child
}

/** The key of the job that is run, when it is. */
async function begun(): Promise<string> {
  for (;;) {
    const { records } = await store.list({ status: 'IN_PROGRESS' })
    if (records[0] !== undefined) return records[0].key
  }
}

/** Claims the job until it can be had. */
async function takenOver(): Promise<Lease> {
  for (;;) {
    const { lease, waitMs } = await store.claim('k', 'other', { leaseMs: LEASE_MS })
    if (lease !== undefined) return lease
    if (waitMs === undefined) throw new Error('there is nothing to claim')
  }
}

describe('SqliteRecordStore in several processes', () => {
  it('lets one at a time have each job', { timeout: 60_000 }, async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `job-${i}`)
    const attempts = 25
    for (const key of keys) await store.submit(draft(key), submission('1'))
    const started = await Promise.all([1, 2, 3, 4].map((seed) => start({ work: 'claims', keys, attempts, seed })))
    const counts = await Promise.all(started.map((child) => child.said()))
    expect(counts.map(Number).reduce((a, b) => a + b)).toBe(keys.length * attempts)
    const { records } = await store.list({ status: 'COMPLETED' })
    expect(records.map(({ attempt, deaths }) => [attempt, deaths])).toEqual(keys.map(() => [attempts, 0]))
  })

  it('loses nothing that was answered when processes are killed', { timeout: 60_000 }, async () => {
    const random = randomOf(SEED)
    const answered = new Map<string, string>()
    const live = async (seed: number) => {
      const child = begin({ work: 'writes', seed })
      const most = 10 + random(150)
      for (let count = 1; ; count++) {
        const [status, key = ''] = (await child.said())?.split(' ') ?? []
        if (status === undefined) return
        answered.set(key, status)
        if (count === most) await child.kill()
      }
    }
    for (let round = 0; round < 4; round++) await Promise.all([1, 2, 3].map((one) => live(10 * round + one)))
    const connection = recordConnection(path)
    expect(connection.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    connection.close()
    const steps = ['PENDING', 'IN_PROGRESS', 'COMPLETED']
    for (const [key, status] of answered) {
      const found = (await store.get(key))?.status ?? ''
      // It may have gone further, without an answer that was heard.
      const further = steps.indexOf(found) - steps.indexOf(status)
      expect(further, `${key} was ${status} and is ${found}`).toBeGreaterThanOrEqual(0)
    }
    expect(answered.size).toBeGreaterThan(100)
  })

  it('keeps the lease of a process whose thread is blocked', { timeout: 30_000 }, async () => {
    const child = await start({ work: 'blocks', leaseMs: LONG_MS })
    const key = await begun()
    const connection = recordConnection(path)
    const until = () => connection.get<{ until: number }>('SELECT until FROM records')?.until ?? 0
    const first = until()
    while (until() < first + 3 * LONG_MS) {
      const answer: ClaimAnswer = await store.claim(key, 'other', { leaseMs: LONG_MS })
      expect(answer.lease).toBeUndefined()
      expect(answer.waitMs).toBeGreaterThan(0)
    }
    connection.close()
    writeFileSync(join(folder, 'go'), '')
    expect(await child.said()).toBe('attempt 1: COMPLETED')
  })

  it('lets a host that waits for the run of another go on with it when that is killed', {
    timeout: 30_000,
  }, async () => {
    const child = await start({ work: 'blocks', leaseMs: LONG_MS })
    await begun()
    const storage = new FileStorage(join(folder, 'objects'))
    const lab = createDataLab({ operations: [Block], records: store, storage, leaseMs: LONG_MS })
    const job = await lab.submit(Block, { until: join(folder, 'go') })
    expect((await job.record()).attempt).toBe(1)
    child.stop()
    writeFileSync(join(folder, 'go'), '')
    await child.kill()
    expect((await job.result()).output_data).toEqual([{ process: process.pid }])
    expect((await store.get(job.key))?.deaths).toBe(1)
    await lab.close()
  })

  it('lets another take over from a process that stands still, which changes nothing any more', async () => {
    await store.submit(draft('k'), submission('1'))
    const child = await start({ work: 'holds', leaseMs: LEASE_MS })
    expect(await child.said()).toBe('claimed')
    child.stop()
    const lease = await takenOver()
    expect(lease.attempt).toBe(2)
    const before = await store.get('k')
    child.continue()
    child.go()
    expect(await child.said()).toBe('false false false')
    expect(await store.get('k')).toEqual(before)
    expect(await store.update(lease, { status: 'COMPLETED' })).toBe(true)
  })

  it('keeps a lease for no longer than it should', async () => {
    await store.submit(draft('k'), submission('1'))
    const child = await start({ work: 'holds', leaseMs: LEASE_MS, keepMs: LEASE_MS })
    expect(await child.said()).toBe('claimed')
    expect((await takenOver()).attempt).toBe(2)
    child.go()
    expect(await child.said()).toBe('false false false')
  })

  it('lets another take over from a process that was killed', async () => {
    await store.submit(draft('k'), submission('1'))
    const child = await start({ work: 'holds', leaseMs: LEASE_MS })
    expect(await child.said()).toBe('claimed')
    await child.kill()
    expect((await takenOver()).attempt).toBe(2)
    expect((await store.get('k'))?.deaths).toBe(1)
  })

  it('tells watchers in other processes of a run, in order, and of its end', async () => {
    const watcher = await start({ work: 'watches' })
    expect(await watcher.said()).toBe('watching')
    await store.submit(draft('k'), submission('1'))
    expect(await watcher.said()).toBe('PENDING 0')
    await start({ work: 'runs' })
    const heard: string[] = []
    for (let text = await watcher.said(); text !== undefined && text !== 'done'; text = await watcher.said())
      heard.push(text)
    const steps = ['IN_PROGRESS 0', 'IN_PROGRESS 0.25', 'IN_PROGRESS 0.5', 'IN_PROGRESS 0.75', 'COMPLETED 1']
    // Of steps that follow each other closely it may have heard of the last alone.
    expect(heard).toEqual(steps.filter((step) => heard.includes(step)))
    expect(heard.at(-1)).toBe('COMPLETED 1')
  })

  it('keeps no process alive, and lets its leases run out', async () => {
    await store.submit(draft('k'), submission('1'))
    const child = await start({ work: 'leaves', leaseMs: LEASE_MS })
    expect(await child.said()).toBe('left')
    expect(await child.ended()).toBe(0)
    expect((await takenOver()).attempt).toBe(2)
  })

  it('names the file that it may not write', async () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    chmodSync(folder, 0o755)
    const files = [join(closed, 'records.sqlite'), join(closed, 'deep', 'records.sqlite')]
    const child = await start({ work: 'fails', keys: files })
    const failures = JSON.parse((await child.said()) ?? '')
    expect(failures).toMatchObject(
      files.map((file) => ({ code: 'DATABASE_UNAVAILABLE', retryable: true, message: expect.stringContaining(file) })),
    )
    expect(failures).toMatchObject([{ details: { reason: 'SQLITE_CANTOPEN' } }, { details: { reason: 'EACCES' } }])
  })
})
