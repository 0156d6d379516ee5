import { beforeEach, describe, expect, test } from 'vitest'
import { MemoryRecordStore } from '../src/memory-record-store.js'
import type { Lease } from '../src/record-store.js'
import { claimer, draft, submission } from './records.js'

let time: number
let store: MemoryRecordStore
beforeEach(() => {
  time = 1_000_000
  store = new MemoryRecordStore({ now: () => time })
})

const claimed = (key = 'k', owner = 'me'): Promise<Lease> => claimer(store)(key, owner)

describe('a lease that ran out', () => {
  /** Lets this many attempts die, and claims the next. */
  async function afterDeaths(deaths: number, options = {}) {
    await store.submit(draft(), submission())
    for (let death = 0; death < deaths; death++) {
      await claimed('k', `worker ${death}`)
      time += 5000
    }
    return store.claim('k', 'last', { leaseMs: 5000, ...options })
  }

  test('counts as a death, which the history tells', async () => {
    expect((await afterDeaths(2)).lease?.attempt).toBe(3)
    const died = { status: 'IN_PROGRESS', ended: null, error: null }
    expect(await store.get('k')).toMatchObject({
      deaths: 2,
      retries: 0,
      history: [
        { attempt: 1, ...died },
        { attempt: 2, ...died },
      ],
    })
  })

  test('three times ends the job, with a sentence', async () => {
    expect(await afterDeaths(3)).toEqual({})
    const record = await store.get('k')
    const message =
      'The worker stopped 3 times while it ran this job. It may need more memory than there is; try it with fewer or smaller files.'
    expect(record).toMatchObject({
      status: 'FAILED',
      attempt: 3,
      deaths: 3,
      message,
      output: null,
      error: { code: 'DATALAB_WORKER_STOPPED', message },
      ended: new Date(time).toISOString(),
    })
  })

  test('ends the job sooner where its claimer says so', async () => {
    expect(await afterDeaths(1, { maxDeaths: 1 })).toEqual({})
    expect((await store.get('k'))?.message).toContain('stopped 1 times')
  })

  test('so often is forgiven when the job is submitted again', async () => {
    await afterDeaths(3)
    const { record, begun } = await store.submit(draft(), submission())
    expect(begun).toBe(true)
    expect(record).toMatchObject({ status: 'PENDING', deaths: 0, attempt: 3 })
    expect(record.history.at(-1)).toMatchObject({ attempt: 3, error: { code: 'DATALAB_WORKER_STOPPED' } })
    expect((await claimed()).attempt).toBe(4)
  })

  test("is still its owner's until somebody else claims", async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    time += 60_000
    expect(await store.update(lease, { progress: 0.5 })).toBe(true)
    expect(await store.renew(lease, 5000)).toBe(true)
    expect(await store.claim('k', 'other', { leaseMs: 1 })).toEqual({ waitMs: 5000 })
  })
})

describe('release', () => {
  const error = { code: 'STORAGE_UNAVAILABLE', message: 'The storage does not answer.' }

  test('gives the run back, for whoever comes next', async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    await store.update(lease, { progress: 0.5, message: 'half', warnings: ['w'], output: {} })
    expect(await store.release(lease, { delayMs: 0 })).toBe(true)
    expect(await store.get('k')).toMatchObject({
      status: 'PENDING',
      attempt: 1,
      progress: 0,
      message: null,
      warnings: [],
      output: null,
      error: null,
      retries: 0,
      deaths: 0,
      notBefore: null,
      started: null,
      ended: null,
      history: [],
    })
    expect((await claimed('k', 'other')).attempt).toBe(2)
    expect((await store.get('k'))?.deaths).toBe(0)
  })

  test('with an error counts as a try, which the history tells, and shows the reason meanwhile', async () => {
    await store.submit(draft(), submission())
    await store.release(await claimed(), { delayMs: 700, error })
    const now = new Date(time).toISOString()
    expect(await store.get('k')).toMatchObject({
      status: 'PENDING',
      message: error.message,
      error: null,
      retries: 1,
      notBefore: new Date(time + 700).toISOString(),
      history: [{ attempt: 1, status: 'FAILED', started: now, ended: now, error }],
    })
  })

  test('holds the job back for so long', async () => {
    await store.submit(draft(), submission())
    await store.release(await claimed(), { delayMs: 700, error })
    time += 699
    expect(await store.claim('k', 'other', { leaseMs: 1 })).toEqual({ waitMs: 1 })
    time += 1
    expect((await claimed('k', 'other')).attempt).toBe(2)
    expect(await store.get('k')).toMatchObject({ message: null, notBefore: null, retries: 1 })
  })

  test('ends the lease', async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    await store.release(lease, { delayMs: 0 })
    const before = await store.get('k')
    expect(await store.release(lease, { delayMs: 0 })).toBe(false)
    expect(await store.update(lease, { status: 'COMPLETED' })).toBe(false)
    expect(await store.renew(lease, 1)).toBe(false)
    expect(await store.get('k')).toBe(before)
  })

  test('of a lease that was lost changes nothing', async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    time += 5000
    const next = await claimed('k', 'other')
    expect(await store.release(lease, { delayMs: 0 })).toBe(false)
    expect(await store.renew(next, 5000)).toBe(true)
    expect(await store.release({ ...lease, key: 'nothing' }, { delayMs: 0 })).toBe(false)
  })

  test('does not keep a cancelled job', async () => {
    const only = submission()
    await store.submit(draft(), only)
    await store.release(await claimed(), { delayMs: 700, error })
    await store.withdraw('k', only.id)
    expect((await store.get('k'))?.status).toBe('CANCELLED')
    time += 700
    expect(await store.claim('k', 'me', { leaseMs: 1 })).toEqual({})
  })

  test('so often is forgotten when the job is submitted again', async () => {
    await store.submit(draft(), submission())
    await store.release(await claimed(), { delayMs: 0, error })
    await store.update(await claimed(), { status: 'FAILED', error })
    expect((await store.get('k'))?.retries).toBe(1)
    expect((await store.submit(draft(), submission())).record).toMatchObject({ retries: 0, notBefore: null })
  })
})

test('the latest 50 attempts are remembered', async () => {
  await store.submit(draft(), submission())
  for (let attempt = 1; attempt <= 60; attempt++)
    await store.release(await claimed(), { delayMs: 0, error: { code: 'X', message: 'x' } })
  const numbers = (await store.get('k'))?.history.map(({ attempt }) => attempt)
  expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 11))
})

describe('a clock that is set back', () => {
  const hour = 3600_000
  const error = { code: 'STORAGE_UNAVAILABLE', message: 'The storage does not answer.' }
  beforeEach(() => {
    time += 2 * hour
  })

  test('holds back a run that was given back for as long as was asked for, once more at most', async () => {
    await store.submit(draft(), submission())
    await store.release(await claimed(), { delayMs: 700, error })
    time -= hour
    expect(await store.claim('k', 'other', { leaseMs: 5000 })).toEqual({ waitMs: 700 })
    expect(await store.get('k')).toMatchObject({ status: 'PENDING', message: error.message, retries: 1 })
    time += 500
    expect(await store.claim('k', 'other', { leaseMs: 5000 })).toEqual({ waitMs: 200 })
    time += 200
    expect((await claimed('k', 'other')).attempt).toBe(2)
  })

  test('makes no lease longer than it was given', async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    time -= hour
    expect(await store.claim('k', 'other', { leaseMs: 1 })).toEqual({ waitMs: 5000 })
    time += 4000
    expect(await store.claim('k', 'other', { leaseMs: 1 })).toEqual({ waitMs: 1000 })
    expect(await store.renew(lease, 3000)).toBe(true)
    expect(await store.claim('k', 'other', { leaseMs: 1 })).toEqual({ waitMs: 3000 })
    time += 3000
    expect((await claimed('k', 'other')).attempt).toBe(2)
  })
})
