import assert from 'node:assert/strict'
import type { ClaimAnswer } from '@datalab/core'
import type { ContractTest } from './conformance.js'
import { claim, draft, ended, statusOf, submission } from './record-samples.js'
import type { StoreUnderTest } from './test-record-store.js'

/** The contract of claims, leases and their ends. */
export const leaseTests: readonly ContractTest<StoreUnderTest>[] = [
  {
    name: 'of 20 claims at once one gets the lease, and the others how long to wait',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1', 'ann'))
      const owners = Array.from({ length: 20 }, (_, index) => `owner ${index}`)
      const answers = await Promise.all(owners.map((owner) => store.claim('k', owner, { leaseMs })))
      const leases = answers.flatMap(({ lease }) => lease ?? [])
      assert.equal(leases.length, 1)
      assert.deepEqual([leases[0]?.key, leases[0]?.attempt, leases[0]?.principal], ['k', 1, { id: 'ann' }])
      for (const { lease, waitMs } of answers)
        if (lease === undefined) assert.ok(waitMs !== undefined && waitMs > 0 && waitMs <= leaseMs, `${waitMs}`)
      assert.equal(await statusOf(store, 'k'), 'IN_PROGRESS')
    },
  },
  {
    name: 'a claim that is made again by its owner is the same claim',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      assert.deepEqual((await store.claim('k', 'me', { leaseMs })).lease, lease)
      await pass(leaseMs + 1)
      const { lease: next } = await store.claim('k', 'me', { leaseMs })
      assert.equal(next?.attempt, lease.attempt + 1)
    },
  },
  {
    name: 'there is nothing to claim of what is not there or has ended',
    async run({ store, leaseMs }) {
      assert.deepEqual(await store.claim('nothing', 'me', { leaseMs }), {})
      await ended(store, 'k')
      assert.deepEqual(await store.claim('k', 'me', { leaseMs }), {})
    },
  },
  {
    name: 'a claim takes the number that it is given where that is higher, and never a lower one',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      assert.equal((await store.claim('k', 'me', { leaseMs, attempt: 7 })).lease?.attempt, 7)
      await pass(leaseMs + 1)
      assert.equal((await store.claim('k', 'me', { leaseMs, attempt: 2 })).lease?.attempt, 8)
    },
  },
  {
    name: 'a claim is on behalf of who asked first, of those who still ask',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1', 'ann'))
      await store.submit(draft('k'), submission('2', 'ben'))
      await store.withdraw('k', '1')
      assert.deepEqual((await claim(store, 'k', leaseMs)).principal, { id: 'ben' })
    },
  },
  {
    name: 'a lease that ran out can be claimed, and its old owner changes nothing any more',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      const old = await claim(store, 'k', leaseMs)
      await store.update(old, { progress: 0.5, message: 'half', warnings: ['w'] })
      await pass(leaseMs + 1)
      const next = await claim(store, 'k', leaseMs)
      assert.equal(next.attempt, old.attempt + 1)
      const now = await store.get('k')
      assert.deepEqual([now?.progress, now?.message, now?.warnings, now?.deaths], [0, null, [], 1])
      assert.equal(await store.renew(old, leaseMs), false)
      assert.equal(await store.update(old, { status: 'COMPLETED', progress: 1 }), false)
      assert.equal(await store.release(old, { delayMs: 0 }), false)
      assert.deepEqual(await store.get('k'), now)
    },
  },
  {
    name: 'a renewed lease lasts from then on',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      await pass(0.6 * leaseMs)
      assert.equal(await store.renew(lease, leaseMs), true)
      await pass(0.6 * leaseMs)
      assert.equal((await store.claim('k', 'other', { leaseMs })).lease, undefined)
      await pass(0.5 * leaseMs)
      assert.ok((await store.claim('k', 'other', { leaseMs })).lease)
    },
  },
  {
    name: 'a lease that is lost is not kept for longer, and to renew it begins no attempt',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      await store.release(lease, { delayMs: 0 })
      const released = await store.get('k')
      assert.equal(await store.renew(lease, leaseMs, 60_000), false)
      assert.deepEqual(await store.get('k'), released)
      const next = await claim(store, 'k', leaseMs, 'other')
      assert.equal(await store.renew(lease, leaseMs, 60_000), false)
      await pass(leaseMs + 1)
      assert.equal((await claim(store, 'k', leaseMs, 'third')).attempt, next.attempt + 1)
    },
  },
  {
    name: 'after so many deaths the job is FAILED, as DATALAB_WORKER_STOPPED',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      for (let death = 0; death < 2; death++) {
        assert.ok((await store.claim('k', 'me', { leaseMs, maxDeaths: 2 })).lease)
        await pass(leaseMs + 1)
      }
      assert.deepEqual(await store.claim('k', 'me', { leaseMs, maxDeaths: 2 }), {})
      const record = await store.get('k')
      assert.deepEqual([record?.status, record?.error?.code], ['FAILED', 'DATALAB_WORKER_STOPPED'])
    },
  },
  {
    name: 'a run that is given back waits for its time, and remembers why it failed',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      const error = { code: 'STORAGE_UNAVAILABLE', message: 'It does not answer.' }
      assert.equal(await store.release(lease, { delayMs: leaseMs, error }), true)
      const record = await store.get('k')
      assert.deepEqual([record?.status, record?.retries, record?.deaths, record?.progress], ['PENDING', 1, 0, 0])
      assert.deepEqual(record?.history.at(-1)?.error, error)
      assert.equal(await store.update(lease, { progress: 0.5 }), false)
      const { lease: early, waitMs = 0 } = await store.claim('k', 'me', { leaseMs })
      assert.deepEqual([early, waitMs > 0 && waitMs <= leaseMs], [undefined, true])
      await pass(leaseMs + 1)
      assert.equal((await claim(store, 'k', leaseMs)).attempt, lease.attempt + 1)
    },
  },
  {
    name: 'whoever has to wait is told for how long: not longer than it is, and not again and again',
    async run({ store, leaseMs, pass }) {
      await store.submit(draft('k'), submission('1'))
      const start = performance.now()
      const lease = await claim(store, 'k', leaseMs)
      assertWait(await store.claim('k', 'other', { leaseMs }), leaseMs, start)
      await pass(leaseMs / 4)
      assertWait(await store.claim('k', 'other', { leaseMs }), 0.75 * leaseMs, start + leaseMs / 4)
      const later = performance.now()
      assert.equal(await store.release(lease, { delayMs: 4 * leaseMs }), true)
      assertWait(await store.claim('k', 'other', { leaseMs }), 4 * leaseMs, later)
      await pass(4 * leaseMs + 1)
      await claim(store, 'k', leaseMs, 'other')
    },
  },
  {
    name: 'a run that is only to be ended is claimed before its time, and from nobody who has it',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      await store.release(await claim(store, 'k', leaseMs), { delayMs: 60_000 })
      assert.equal((await store.claim('k', 'other', { leaseMs })).lease, undefined)
      const { lease } = await store.claim('k', 'other', { leaseMs, isEnding: true })
      assert.equal(lease?.owner, 'other')
      const { lease: stolen, waitMs = 0 } = await store.claim('k', 'me', { leaseMs, isEnding: true })
      assert.deepEqual([stolen, waitMs > 0 && waitMs <= leaseMs], [undefined, true])
    },
  },
  {
    name: 'a run that is given back without a reason can be claimed at once, and counts as no try',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      await store.release(await claim(store, 'k', leaseMs), { delayMs: 0 })
      assert.equal((await store.get('k'))?.retries, 0)
      await claim(store, 'k', leaseMs)
    },
  },
  {
    name: 'an end ends the lease, and tells when',
    async run({ store, leaseMs }) {
      for (const status of ['COMPLETED', 'FAILED', 'CANCELLED'] as const) {
        await store.submit(draft(status), submission('1'))
        const lease = await claim(store, status, leaseMs)
        assert.equal(await store.update(lease, { status }), true)
        const record = await store.get(status)
        assert.ok(record?.status === status && !Number.isNaN(Date.parse(record.ended ?? '')), `${record?.ended}`)
        assert.equal(await store.update(lease, { progress: 0.9 }), false)
        assert.equal(await store.renew(lease, leaseMs), false)
        assert.deepEqual(await store.get(status), record)
      }
    },
  },
  {
    name: 'a lease is its owner and its attempt',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      for (const forged of [
        { ...lease, owner: 'other' },
        { ...lease, attempt: lease.attempt + 1 },
        { ...lease, key: 'other' },
      ]) {
        assert.equal(await store.update(forged, { progress: 0.5 }), false)
        assert.equal(await store.renew(forged, leaseMs), false)
      }
      assert.equal((await store.get('k'))?.progress, 0)
    },
  },
]

/** A clock may be coarse, and a timer early. */
const SLACK_MS = 20

/**
 * That a claim waits for what is left of a time.
 *
 * @param start when the time began, or a little before, by `performance.now`; a store of another clock may not count what has passed since
 */
function assertWait({ lease, waitMs = 0 }: ClaimAnswer, ms: number, start: number): void {
  const left = ms - Math.max(0, performance.now() - start)
  assert.equal(lease, undefined)
  assert.ok(waitMs > 0 && waitMs <= ms + SLACK_MS, `it waits ${waitMs} ms where there are ${ms} left at most`)
  assert.ok(waitMs >= left - SLACK_MS, `it waits ${waitMs} ms where there are ${left} left at least`)
}
