import assert from 'node:assert/strict'
import type { ContractTest } from './conformance.js'
import { hasCode, pause, turn, within } from './expectations.js'
import { type RunStage, ticket } from './run-stage.js'
import type { ExecutorUnderTest } from './test-executor.js'

/** The contract of an executor. */
export const executorTests: readonly (ContractTest<ExecutorUnderTest> & { readonly concurrency: 1 | 2 })[] = [
  {
    name: 'tells what it supports',
    concurrency: 1,
    async run({ executor }) {
      assert.deepEqual(
        [typeof executor.supports.isolation, typeof executor.supports.preemption],
        ['boolean', 'boolean'],
      )
    },
  },
  {
    name: 'works for one host',
    concurrency: 1,
    async run({ executor, stage }) {
      assert.throws(() => executor.start(stage.runner), TypeError)
    },
  },
  {
    name: 'submit resolves when the run is accepted, not when it is done',
    concurrency: 1,
    async run({ executor, stage }) {
      await within(1000, executor.submit(ticket('a')), 'it waits for the run')
      await stage.hasBegun(1)
      assert.deepEqual(stage.begun, ['a'])
    },
  },
  {
    name: 'does as many runs at once as it may, and the rest after them',
    concurrency: 2,
    async run({ executor, stage }) {
      for (const key of ['a', 'b', 'c']) await executor.submit(ticket(key))
      await stage.hasBegun(2)
      assert.deepEqual(stage.begun, ['a', 'b'])
      await stage.end('a')
      await stage.hasBegun(3)
      assert.deepEqual(stage.begun, ['a', 'b', 'c'])
    },
  },
  {
    name: 'brings a ticket as it was submitted, and again as it was',
    concurrency: 1,
    async run({ executor, stage }) {
      const submitted = ticket('a', 3, '@test/other')
      await executor.submit({ ...submitted })
      await stage.hasBegun(1)
      stage.answer = { againInMs: 1 }
      await stage.end('a')
      await stage.hasBegun(2)
      assert.deepEqual(stage.tickets, [submitted, submitted])
    },
  },
  {
    name: 'does as many runs of an operation at once as its host says, and keeps no other waiting',
    concurrency: 2,
    async run({ executor, stage }) {
      stage.limits.set('@test/limited', 1)
      for (const key of ['a', 'b']) await executor.submit(ticket(key, 0, '@test/limited'))
      await executor.submit(ticket('c'))
      await stage.hasBegun(2)
      assert.deepEqual(stage.begun, ['a', 'c'])
      await stage.end('c')
      assert.deepEqual(stage.begun, ['a', 'c'])
      await stage.end('a')
      await stage.hasBegun(3)
      assert.deepEqual(stage.begun, ['a', 'c', 'b'])
    },
  },
  {
    name: 'does what has a higher priority first',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('first'))
      await stage.hasBegun(1)
      await executor.submit(ticket('low', -1))
      await executor.submit(ticket('high', 5))
      await stage.end('first')
      await stage.hasBegun(2)
      assert.deepEqual(stage.begun, ['first', 'high'])
    },
  },
  {
    name: 'two runs of one job follow each other',
    concurrency: 2,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      await executor.submit(ticket('a'))
      await turn()
      assert.deepEqual(stage.begun, ['a'])
      await stage.end('a')
      await stage.hasBegun(2)
      assert.deepEqual(stage.begun, ['a', 'a'])
    },
  },
  {
    name: 'loses no ticket that comes while the run of its job ends',
    concurrency: 2,
    async run({ executor, stage }) {
      for (let ticks = 0; ticks < 12; ticks++) {
        const key = `job${ticks}`
        await executor.submit(ticket(key))
        await stage.hasBegun(2 * ticks + 1)
        void stage.end(key)
        for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
        await executor.submit(ticket(key))
        await stage.hasBegun(2 * ticks + 2)
        assert.deepEqual(stage.begun.slice(2 * ticks), [key, key], `after ${ticks} turns of the microtask queue`)
        await stage.end(key)
      }
    },
  },
  {
    name: 'brings a ticket again that the runner wants again, not before it is time',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      stage.answer = { againInMs: 50 }
      const start = performance.now()
      await stage.end('a')
      await stage.hasBegun(2)
      assert.deepEqual(stage.begun, ['a', 'a'])
      // A timer may be early by a millisecond.
      assert.ok(performance.now() - start >= 48, 'it came too early')
    },
  },
  {
    name: 'a ticket that waits to be brought again keeps nothing else waiting',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      stage.answer = { againInMs: 60_000 }
      await stage.end('a')
      await executor.submit(ticket('b'))
      await stage.hasBegun(2)
      assert.deepEqual(stage.begun, ['a', 'b'])
      await within(1000, executor.abort('a'), 'abort waits for the time')
    },
  },
  {
    name: 'abort of a run that goes on aborts its signal with the reason, and resolves when it has ended',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      const reason = new Error('why')
      await executor.abort('a', reason)
      assert.deepEqual(stage.reasons, [reason])
    },
  },
  {
    name: 'abort resolves when the run has ended, however long that takes',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      await endsLate(stage, () => executor.abort('a'))
      assert.deepEqual(stage.ended, ['a'])
    },
  },
  {
    name: 'close resolves when all runs have ended, however long that takes',
    concurrency: 2,
    async run({ executor, stage }) {
      for (const key of ['a', 'b']) await executor.submit(ticket(key))
      await stage.hasBegun(2)
      await endsLate(stage, () => executor.close())
      assert.deepEqual([...stage.ended].sort(), ['a', 'b'])
    },
  },
  {
    name: 'abort of a run that waits has the runner end it without waiting for its turn, once',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await executor.submit(ticket('b'))
      await stage.hasBegun(1)
      await within(1000, executor.abort('b'), 'abort waits for the turn')
      assert.deepEqual(stage.begun, ['a', 'b!'])
      await stage.end('a')
      await within(1000, executor.drain(), 'the run is still there')
      assert.deepEqual(stage.begun, ['a', 'b!'])
    },
  },
  {
    name: 'abort of what is not here changes nothing',
    concurrency: 1,
    async run({ executor }) {
      await within(1000, executor.abort('nothing'), 'it waits for something')
    },
  },
  {
    name: 'drain resolves when nothing is left, of what was submitted meanwhile either',
    concurrency: 1,
    async run({ executor, stage }) {
      await within(1000, executor.drain(), 'it waits for something')
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      let isDrained = false
      const drained = executor.drain().then(() => {
        isDrained = true
      })
      await executor.submit(ticket('b'))
      await stage.end('a')
      await stage.hasBegun(2)
      await pause(10)
      assert.equal(isDrained, false)
      await stage.end('b')
      await within(1000, drained, 'it waits for something')
    },
  },
  {
    name: 'close ends what goes on, and what waits unless it outlives the process, as DATALAB_CLOSED, and accepts no more',
    concurrency: 1,
    async run({ executor, stage }) {
      await executor.submit(ticket('a'))
      await executor.submit(ticket('b'))
      await stage.hasBegun(1)
      await within(5000, executor.close(), 'close does not end')
      assert.deepEqual(stage.begun, executor.supports.durable === true ? ['a'] : ['a', 'b!'])
      for (const reason of stage.reasons) assert.equal((reason as { code?: unknown }).code, 'DATALAB_CLOSED')
      await assert.rejects(executor.submit(ticket('c')), hasCode('DATALAB_CLOSED'))
      await executor.close()
      await executor.drain()
    },
  },
  {
    name: 'what it has called elsewhere gives its own output',
    concurrency: 1,
    async run({ executor, stage, working }) {
      if (working === undefined) return
      stage.request = working.request
      await executor.submit(ticket('a'))
      await stage.hasPerformed(1)
      assert.deepEqual(stage.performed, [{ status: 'fulfilled', value: working.output }])
    },
  },
  {
    name: 'supports.preemption: abort ends a run that does not watch its signal',
    concurrency: 1,
    async run({ executor, stage, spinning }) {
      if (!executor.supports.preemption) return
      assert.ok(spinning, "give the suite a 'spinning' run")
      stage.request = spinning
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      await pause(200)
      await within(10_000, executor.abort('a'), 'the run goes on')
      assert.equal(stage.performed[0]?.status, 'rejected')
    },
  },
  {
    name: 'supports.isolation: a run that ends its process fails, and no other does',
    concurrency: 2,
    async run({ executor, stage, crashing }) {
      if (!executor.supports.isolation) return
      assert.ok(crashing, "give the suite a 'crashing' run")
      await executor.submit(ticket('a'))
      await stage.hasBegun(1)
      stage.request = crashing
      await executor.submit(ticket('b'))
      await stage.hasBegun(2)
      stage.request = undefined
      await stage.hasPerformed(1)
      assert.equal(stage.performed[0]?.status, 'rejected')
      await stage.end('a')
      await within(1000, executor.drain(), 'the other run does not end')
    },
  },
]

/** That a call is not over before the runs that it ends are. */
async function endsLate(stage: RunStage, call: () => Promise<void>): Promise<void> {
  let isOver = false
  let end = () => {}
  stage.ending = new Promise((resolve) => {
    end = resolve
  })
  const calling = call().then(() => {
    isOver = true
  })
  // Also where the call fails: what is told is that.
  calling.catch(() => {})
  try {
    await pause(10)
    assert.equal(isOver, false, 'it does not wait for the end of the run')
  } finally {
    end()
  }
  await within(5000, calling, 'it waits for something else')
}
