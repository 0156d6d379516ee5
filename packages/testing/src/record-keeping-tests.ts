import assert from 'node:assert/strict'
import type { RecordStore, StoredRecord } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import { pause } from './expectations.js'
import { claim, draft, ended, statusOf, submission } from './record-samples.js'
import type { StoreUnderTest } from './test-record-store.js'

/** The contract of keeping, listing and telling. */
export const keepingTests: readonly ContractTest<StoreUnderTest>[] = [
  {
    name: 'what a caller was given stays as it was',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      const before = await store.get('k')
      await store.update(lease, { progress: 0.5, warnings: ['w'] })
      assert.deepEqual([before?.progress, before?.warnings], [0, []])
      assert.deepEqual([(await store.get('k'))?.progress, (await store.get('k'))?.warnings], [0.5, ['w']])
    },
  },
  {
    name: 'an update changes what it names, and nothing else',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      const output = { output_data: [{ a: [1, null, 'ä'] }] }
      await store.update(lease, { progress: 0.25, message: 'm', warnings: ['w'], output })
      await store.update(lease, { progress: 0.5 })
      const record = await store.get('k')
      assert.deepEqual([record?.progress, record?.message, record?.warnings, record?.output], [0.5, 'm', ['w'], output])
    },
  },
  {
    name: 'adopts a record that was found elsewhere, unless there is one',
    async run({ store }) {
      await ended(store, 'x')
      const record: StoredRecord = { ...((await store.get('x')) as StoredRecord), key: 'y' }
      assert.deepEqual(await store.adopt(record), record)
      assert.deepEqual(await store.get('y'), record)
      assert.deepEqual(await store.adopt({ ...record, message: 'other' }), record)
    },
  },
  {
    name: 'tells of every change of a record, until it is told not to',
    async run({ store, leaseMs }) {
      const seen: string[] = []
      const leave = store.subscribe('k', ({ status, progress }) => seen.push(`${status} ${progress}`))
      const leaveOther = store.subscribe('other', ({ key }) => seen.push(key))
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      await store.update(lease, { progress: 0.5 })
      await heard(seen, 3)
      leave()
      leave()
      await store.update(lease, { status: 'COMPLETED' })
      await pause(20)
      leaveOther()
      assert.deepEqual(seen, ['PENDING 0', 'IN_PROGRESS 0', 'IN_PROGRESS 0.5'])
    },
  },
  {
    name: 'lists by key, a page at a time, each record once',
    async run({ store }) {
      const keys = ['d', 'a', 'e', 'c', 'b']
      for (const key of keys) await ended(store, key)
      assert.deepEqual(await pagesOf(store, 2), [['a', 'b'], ['c', 'd'], ['e']])
      assert.deepEqual(await pagesOf(store, 5), [['a', 'b', 'c', 'd', 'e']])
    },
  },
  {
    name: 'lists the records of one status',
    async run({ store, leaseMs }) {
      await ended(store, 'done')
      await ended(store, 'failed', 'FAILED')
      await store.submit(draft('waiting'), submission('1'))
      await store.submit(draft('going'), submission('1'))
      await claim(store, 'going', leaseMs)
      const found = { COMPLETED: ['done'], FAILED: ['failed'], PENDING: ['waiting'], IN_PROGRESS: ['going'] } as const
      for (const status of ['COMPLETED', 'FAILED', 'PENDING', 'IN_PROGRESS'] as const)
        assert.deepEqual(
          (await store.list({ status })).records.map(({ key }) => key),
          found[status],
        )
    },
  },
  {
    name: 'forgets a record whose last attempt has ended, if it is still the one that was meant',
    async run({ store, leaseMs }) {
      await ended(store, 'k')
      assert.equal(await store.forget('k', 2), false)
      assert.equal(await store.forget('nothing', 1), false)
      await store.submit(draft('k'), submission('again'), { outdated: 1 })
      assert.equal(await store.forget('k', 1), false)
      await store.update(await claim(store, 'k', leaseMs), { status: 'COMPLETED' })
      assert.equal(await store.forget('k', 1), false)
      assert.equal(await store.forget('k', 2), true)
      assert.equal(await statusOf(store, 'k'), undefined)
    },
  },
  {
    name: 'forgets ended records that were last changed before a time, live ones never, and tells how many',
    async run({ store, leaseMs, pass }) {
      const old = ['old', 'older', 'oldest']
      for (const key of old) await ended(store, key)
      await store.submit(draft('waiting'), submission('1'))
      await store.submit(draft('going'), submission('1'))
      const lease = await claim(store, 'going', leaseMs)
      await pass(20)
      await ended(store, 'new')
      const { updated } = (await store.get('new')) as StoredRecord
      assert.equal(await store.expire(new Date(updated)), old.length)
      assert.equal(await store.expire(new Date(updated)), 0)
      for (const key of old) assert.equal(await statusOf(store, key), undefined, key)
      for (const key of ['waiting', 'going', 'new']) assert.notEqual(await statusOf(store, key), undefined, key)
      assert.equal(await store.renew(lease, leaseMs), true)
    },
  },
]

async function pagesOf(store: RecordStore, limit: number): Promise<string[][]> {
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ limit, ...(cursor === undefined ? {} : { cursor }) })
    pages.push(page.records.map(({ key }) => key))
    cursor = page.cursor
  } while (cursor !== undefined && pages.length < 10)
  return pages
}

/** A store that others write, too, may tell a moment later. */
async function heard(seen: readonly string[], count: number): Promise<void> {
  for (let i = 0; i < 100 && seen.length < count; i++) await pause(10)
}
