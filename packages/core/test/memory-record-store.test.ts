import { beforeEach, describe, expect, test } from 'vitest'
import { MemoryRecordStore } from '../src/memory-record-store.js'
import type { JobStatus, StoredRecord } from '../src/record.js'
import type { Lease } from '../src/record-store.js'
import { claimer, draft, submission } from './records.js'

let time: number
let store: MemoryRecordStore
beforeEach(() => {
  time = 1_000_000
  store = new MemoryRecordStore({ now: () => time })
})

const claimed = (key = 'k', owner = 'me', options = {}): Promise<Lease> => claimer(store)(key, owner, options)

async function ended(key: string, status: JobStatus = 'COMPLETED'): Promise<void> {
  await store.submit(draft(key), submission())
  await store.update(await claimed(key), { status })
}

describe('submit', () => {
  test('begins the first attempt as PENDING', async () => {
    const { record, begun } = await store.submit(draft(), submission())
    expect(begun).toBe(true)
    expect(record).toMatchObject({
      version: 1,
      status: 'PENDING',
      attempt: 0,
      progress: 0,
      message: null,
      warnings: [],
      output: null,
      error: null,
      created: '1970-01-01T00:16:40.000Z',
      started: null,
      ended: null,
      retries: 0,
      deaths: 0,
      notBefore: null,
      outdated: 0,
      history: [],
    })
  })

  test('joins an attempt that is waiting or going on', async () => {
    await store.submit(draft(), submission())
    expect((await store.submit(draft(), submission())).begun).toBe(false)
    await claimed()
    expect(await store.submit(draft(), submission(), { outdated: 1 })).toMatchObject({
      begun: false,
      record: { status: 'IN_PROGRESS' },
    })
  })

  test('leaves a COMPLETED record, unless its result does not count', async () => {
    await ended('k')
    expect((await store.submit(draft(), submission())).begun).toBe(false)
    const { record, begun } = await store.submit(draft(), submission(), { outdated: 1 })
    expect(begun).toBe(true)
    expect(record).toMatchObject({ status: 'PENDING', attempt: 1, history: [{ attempt: 1, status: 'COMPLETED' }] })
  })

  test.each(['FAILED', 'CANCELLED'] as const)(
    'begins the next attempt after %s, and keeps the history',
    async (status) => {
      await ended('k', status)
      const first = (await store.get('k'))?.created
      time += 1000
      const { record, begun } = await store.submit(draft(), submission())
      expect(begun).toBe(true)
      expect(record).toMatchObject({ attempt: 1, created: first, history: [{ attempt: 1, status }] })
      expect((await claimed()).attempt).toBe(2)
    },
  )
})

describe('claim', () => {
  test('is for one at a time', async () => {
    await store.submit(draft(), submission('ann'))
    expect(await claimed('k', 'one')).toEqual({ key: 'k', attempt: 1, owner: 'one', principal: { id: 'ann' } })
    expect(await store.claim('k', 'two', { leaseMs: 5000 })).toEqual({ waitMs: 5000 })
    time += 1
    expect(await store.claim('k', 'three', { leaseMs: 5000 })).toEqual({ waitMs: 4999 })
    expect(await store.get('k')).toMatchObject({ status: 'IN_PROGRESS', attempt: 1, started: expect.any(String) })
  })

  test('is refused for what is not there, or has ended', async () => {
    expect(await store.claim('k', 'me', { leaseMs: 1 })).toEqual({})
    await ended('k')
    expect(await store.claim('k', 'me', { leaseMs: 1 })).toEqual({})
  })

  test('takes a higher number where one is given, and never a lower', async () => {
    await store.submit(draft(), submission())
    expect((await claimed('k', 'me', { attempt: 7, leaseMs: 10 })).attempt).toBe(7)
    time += 10
    expect((await claimed('k', 'me', { attempt: 2 })).attempt).toBe(8)
  })

  test('of a lease that ran out starts afresh, and fences its old owner', async () => {
    await store.submit(draft(), submission())
    const old = await claimed('k', 'me')
    await store.update(old, { progress: 0.5, message: 'half', warnings: ['w'] })
    time += 4999
    expect(await store.claim('k', 'other', { leaseMs: 5000 })).toEqual({ waitMs: 1 })
    time += 1
    const next = await claimed('k', 'me')
    expect(next.attempt).toBe(2)
    expect(await store.get('k')).toMatchObject({
      progress: 0,
      message: null,
      warnings: [],
      history: [{ attempt: 1, status: 'IN_PROGRESS' }],
    })
    expect(await store.renew(old, 5000)).toBe(false)
    expect(await store.update(old, { status: 'COMPLETED' })).toBe(false)
    expect(await store.get('k')).toMatchObject({ status: 'IN_PROGRESS', attempt: 2 })
  })

  test('is for whoever still asks', async () => {
    const first = submission('ann')
    await store.submit(draft(), first)
    await store.submit(draft(), submission('ben'))
    await store.withdraw('k', first.id)
    expect((await claimed()).principal).toEqual({ id: 'ben' })
  })
})

describe('renew and update', () => {
  test('a renewed lease lasts from then on', async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    time += 4000
    expect(await store.renew(lease, 5000)).toBe(true)
    time += 4999
    expect(await store.claim('k', 'other', { leaseMs: 1 })).toEqual({ waitMs: 1 })
    time += 1
    expect((await store.claim('k', 'other', { leaseMs: 1 })).lease).toBeDefined()
  })

  test('records that were given out stay as they were', async () => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    const before = await store.get('k')
    await store.update(lease, { progress: 0.5 })
    expect(before?.progress).toBe(0)
    expect((await store.get('k'))?.progress).toBe(0.5)
  })

  test.each(['COMPLETED', 'FAILED', 'CANCELLED'] as const)('%s ends the lease', async (status) => {
    await store.submit(draft(), submission())
    const lease = await claimed()
    time += 10
    expect(await store.update(lease, { status })).toBe(true)
    expect(await store.get('k')).toMatchObject({ status, ended: '1970-01-01T00:16:40.010Z' })
    expect(await store.update(lease, { progress: 1 })).toBe(false)
    expect(await store.renew(lease, 1)).toBe(false)
  })
})

describe('withdraw', () => {
  test('counts who is left', async () => {
    const [one, two] = [submission(), submission()]
    await store.submit(draft(), one)
    await store.submit(draft(), two)
    expect(await store.withdraw('k', one.id)).toBe(1)
    expect(await store.withdraw('k', one.id)).toBe(1)
    expect((await store.get('k'))?.status).toBe('PENDING')
    expect(await store.withdraw('k', two.id)).toBe(0)
    expect(await store.get('k')).toMatchObject({ status: 'CANCELLED', error: { code: 'DATALAB_ABORTED' } })
    expect(await store.withdraw('nothing', one.id)).toBe(0)
  })

  test('of the last one fences the attempt that goes on, and the next submission begins another', async () => {
    const only = submission()
    await store.submit(draft(), only)
    const lease = await claimed()
    await store.withdraw('k', only.id)
    expect((await store.get('k'))?.status).toBe('CANCELLED')
    expect(await store.update(lease, { status: 'COMPLETED' })).toBe(false)
    expect(await store.submit(draft(), submission())).toMatchObject({
      begun: true,
      record: { history: [{ attempt: 1, status: 'CANCELLED' }] },
    })
  })

  test('changes nothing of what has ended', async () => {
    const only = submission()
    await store.submit(draft(), only)
    await store.update(await claimed(), { status: 'COMPLETED' })
    await store.withdraw('k', only.id)
    expect((await store.get('k'))?.status).toBe('COMPLETED')
  })
})

describe('submissions', () => {
  test('are those who still ask, in the order they came, with the inputs they sent', async () => {
    const [one, two, three] = [submission('ann'), { ...submission('ben'), inputs: { extra: [1] } }, submission('cyd')]
    for (const each of [one, two, three]) await store.submit(draft(), each)
    expect(await store.submissions('k')).toEqual([one, two, three])
    await store.withdraw('k', one.id)
    expect(await store.submissions('k')).toEqual([two, three])
    expect(await store.submissions('nothing')).toEqual([])
  })

  test('to the next attempt are those who asked for it', async () => {
    const [one, two] = [submission(), submission()]
    await store.submit(draft(), one)
    await store.update(await claimed(), { status: 'FAILED' })
    expect(await store.submissions('k')).toEqual([one])
    await store.submit(draft(), two)
    expect(await store.submissions('k')).toEqual([two])
  })
})

test('adopt keeps a record, unless there is one', async () => {
  const record = {
    ...(await store.submit(draft('x'), submission())).record,
    key: 'y',
    status: 'COMPLETED',
  } as StoredRecord
  expect(await store.adopt(record)).toBe(record)
  expect(await store.get('y')).toBe(record)
  const other = { ...record, message: 'other' }
  expect(await store.adopt(other)).toBe(record)
})

test('listeners are told of each change, until they leave', async () => {
  const seen: string[] = []
  const leave = store.subscribe('k', ({ status, progress }) => seen.push(`${status} ${progress}`))
  const other = store.subscribe('other', () => seen.push('other'))
  await store.submit(draft(), submission())
  const lease = await claimed()
  await store.update(lease, { progress: 0.5 })
  leave()
  leave()
  await store.update(lease, { status: 'COMPLETED' })
  other()
  expect(seen).toEqual(['PENDING 0', 'IN_PROGRESS 0', 'IN_PROGRESS 0.5'])
})

test('listeners are not told where the record stays as it is', async () => {
  let changes = 0
  store.subscribe('k', () => changes++)
  await store.submit(draft(), submission())
  const other = submission()
  await store.submit(draft(), other)
  await store.withdraw('k', other.id)
  await store.renew(await claimed(), 5000)
  await store.claim('k', 'other', { leaseMs: 5000 })
  expect(changes).toBe(2)
})

describe('what is remembered', () => {
  test('ended records beyond the maximum are forgotten, the longest unused first', async () => {
    store = new MemoryRecordStore({ maxEnded: 2, now: () => time })
    await ended('a')
    await ended('b')
    await store.get('a')
    await ended('c')
    expect((await store.list()).records.map(({ key }) => key)).toEqual(['a', 'c'])
  })

  test.each([0, -1, 1.5, Number.NaN])('a maximum of %s is none', (maxEnded) => {
    expect(() => new MemoryRecordStore({ maxEnded })).toThrow(TypeError)
  })

  test('live records are never forgotten', async () => {
    store = new MemoryRecordStore({ maxEnded: 1 })
    await store.submit(draft('pending'), submission())
    await store.submit(draft('running'), submission())
    await claimed('running')
    for (let index = 0; index < 50; index++) await ended(`e${index}`)
    expect((await store.list()).records.map(({ key }) => key)).toEqual(['e49', 'pending', 'running'])
  })

  test('expire forgets ended records last changed before a time', async () => {
    await ended('old')
    await store.submit(draft('live'), submission())
    time += 1000
    await ended('new')
    expect(await store.expire(new Date(time))).toBe(1)
    expect((await store.list()).records.map(({ key }) => key)).toEqual(['live', 'new'])
  })
})

test('list pages by key, all or of one status', async () => {
  for (const key of ['d', 'a', 'c', 'b']) await ended(key)
  await store.submit(draft('e'), submission())
  const first = await store.list({ limit: 2 })
  expect(first.records.map(({ key }) => key)).toEqual(['a', 'b'])
  const second = await store.list({ limit: 2, cursor: first.cursor as string })
  expect(second.records.map(({ key }) => key)).toEqual(['c', 'd'])
  const third = await store.list({ limit: 2, cursor: second.cursor as string })
  expect(third.records.map(({ key }) => key)).toEqual(['e'])
  expect(third.cursor).toBeUndefined()
  expect((await store.list({ status: 'PENDING' })).records.map(({ key }) => key)).toEqual(['e'])
  expect(await store.list({ status: 'FAILED' })).toEqual({ records: [] })
})
