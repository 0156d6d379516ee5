import assert from 'node:assert/strict'
import type { ContractTest } from './conformance.js'
import { claim, draft, ended, statusOf, submission } from './record-samples.js'
import type { StoreUnderTest } from './test-record-store.js'

/** The contract of submitting and taking back. */
export const submissionTests: readonly ContractTest<StoreUnderTest>[] = [
  {
    name: 'tells how far it reaches, and knows nothing at first',
    async run({ store }) {
      assert.ok(['process', 'machine', 'fleet'].includes(store.reach), store.reach)
      assert.equal(await store.get('k'), undefined)
      assert.deepEqual((await store.list()).records, [])
    },
  },
  {
    name: 'the first submission begins an attempt, as PENDING',
    async run({ store }) {
      const { record, begun } = await store.submit(draft('k'), submission('1'))
      assert.equal(begun, true)
      const { status, attempt, progress, message, output, error, started, history } = record
      assert.deepEqual(
        { status, attempt, progress, message, output, error, started, history },
        {
          ...{ status: 'PENDING', attempt: 0, progress: 0 },
          ...{ message: null, output: null, error: null, started: null, history: [] },
        },
      )
      assert.deepEqual(record.inputs, { text: 'k' })
      assert.deepEqual(await store.get('k'), record)
    },
  },
  {
    name: 'of 50 submissions at once one begins the attempt',
    async run({ store }) {
      const ids = Array.from({ length: 50 }, (_, index) => `${index}`)
      const answers = await Promise.all(ids.map((id) => store.submit(draft('k'), submission(id))))
      assert.equal(answers.filter(({ begun }) => begun).length, 1)
      assert.equal((await store.submissions('k')).length, 50)
    },
  },
  {
    name: 'a submission joins an attempt that waits or goes on, whichever results count',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      assert.equal((await store.submit(draft('k'), submission('2'))).begun, false)
      await claim(store, 'k', leaseMs)
      const { begun, record } = await store.submit(draft('k'), submission('3'), { outdated: 7 })
      assert.deepEqual([begun, record.status], [false, 'IN_PROGRESS'])
    },
  },
  {
    name: 'a submission of a COMPLETED job begins nothing, unless its result does not count',
    async run({ store, leaseMs }) {
      await ended(store, 'k')
      assert.equal((await store.submit(draft('k'), submission('1'))).begun, false)
      assert.equal(await statusOf(store, 'k'), 'COMPLETED')
      const { begun, record } = await store.submit(draft('k'), submission('2'), { outdated: 1 })
      assert.deepEqual([begun, record.status, record.outdated], [true, 'PENDING', 1])
      await store.update(await claim(store, 'k', leaseMs), { status: 'COMPLETED' })
      const late = await store.submit(draft('k'), submission('3'), { outdated: 1 })
      assert.deepEqual([late.begun, late.record.attempt], [false, 2])
    },
  },
  {
    name: 'a submission that is sent again is the same submission',
    async run({ store }) {
      await store.submit(draft('k'), submission('1'))
      const { record, begun } = await store.submit(draft('k'), submission('1'))
      assert.deepEqual([begun, record.status], [false, 'PENDING'])
      assert.equal((await store.submissions('k')).length, 1)
      await store.withdraw('k', '1')
      assert.equal(await statusOf(store, 'k'), 'CANCELLED')
    },
  },
  {
    name: 'a submission of a job that failed or was cancelled begins the next attempt, and keeps the history',
    async run({ store, leaseMs }) {
      for (const status of ['FAILED', 'CANCELLED'] as const) {
        await ended(store, status, status)
        const { begun, record } = await store.submit(draft(status), submission('1'))
        assert.deepEqual([begun, record.status, record.error, record.ended], [true, 'PENDING', null, null])
        assert.deepEqual(
          record.history.map((one) => [one.attempt, one.status]),
          [[1, status]],
        )
        assert.equal((await claim(store, status, leaseMs)).attempt, 2)
      }
    },
  },
  {
    name: 'gives the submissions back in the order they came, as they were',
    async run({ store }) {
      const all = [submission('b', 'ann'), submission('a', 'ben'), submission('c', 'cas')]
      for (const one of all) await store.submit(draft('k'), one)
      assert.deepEqual(await store.submissions('k'), all)
      assert.deepEqual(await store.submissions('other'), [])
    },
  },
  {
    name: 'a principal keeps all members, with the submission and with the lease',
    async run({ store, leaseMs }) {
      const principal = { id: 'ann', groups: ['staff', { name: 'ä' }], token: null, quota: 1.5 }
      await store.submit(draft('k'), { ...submission('1'), principal })
      await store.submit(draft('k'), submission('2', 'ben'))
      assert.deepEqual((await store.submissions('k'))[0]?.principal, principal)
      assert.deepEqual((await claim(store, 'k', leaseMs)).principal, principal)
      assert.deepEqual((await store.submissions('k'))[0]?.principal, principal)
    },
  },
  {
    name: 'withdraw counts who is left, and cancels with the last',
    async run({ store }) {
      for (const id of ['1', '2']) await store.submit(draft('k'), submission(id))
      assert.equal(await store.withdraw('k', '1'), 1)
      assert.equal(await store.withdraw('k', '1'), 1)
      assert.equal(await statusOf(store, 'k'), 'PENDING')
      assert.equal(await store.withdraw('k', '2'), 0)
      const record = await store.get('k')
      assert.deepEqual([record?.status, record?.error?.code], ['CANCELLED', 'DATALAB_ABORTED'])
      assert.equal(await store.withdraw('nothing', '1'), 0)
    },
  },
  {
    name: 'withdrawing the last submission takes the lease, and the next submission shares nothing of that attempt',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      const lease = await claim(store, 'k', leaseMs)
      await store.withdraw('k', '1')
      assert.equal(await store.update(lease, { status: 'COMPLETED' }), false)
      assert.equal(await store.renew(lease, leaseMs), false)
      assert.equal((await store.submit(draft('k'), submission('2'))).begun, true)
      assert.equal(await store.update(lease, { status: 'COMPLETED' }), false)
      assert.ok((await claim(store, 'k', leaseMs)).attempt > lease.attempt)
    },
  },
  {
    name: 'withdrawing changes nothing of what has ended',
    async run({ store, leaseMs }) {
      await store.submit(draft('k'), submission('1'))
      await store.update(await claim(store, 'k', leaseMs), { status: 'COMPLETED' })
      await store.withdraw('k', '1')
      assert.equal(await statusOf(store, 'k'), 'COMPLETED')
    },
  },
]
