import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryRecordStore, type RecordStore, type SourceCache } from '../src/index.js'
import { Inputs } from '../src/inputs.js'
import { RunLimit } from '../src/run-limit.js'
import { deferred, file, lab, MemorySource, operation } from './lab.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a limit is over when its time is', () => {
  const over = vi.fn()
  const limit = new RunLimit(1000, over)
  limit.go()
  limit.go()
  vi.advanceTimersByTime(999)
  expect([limit.left, over.mock.calls.length]).toEqual([1, 0])
  vi.advanceTimersByTime(1)
  expect([limit.left, over.mock.calls.length]).toEqual([0, 1])
})

test('a limit stands still while it is told to', () => {
  const over = vi.fn()
  const limit = new RunLimit(1000, over)
  limit.go()
  vi.advanceTimersByTime(400)
  limit.stand()
  limit.stand()
  vi.advanceTimersByTime(10_000)
  expect([limit.left, over.mock.calls.length]).toEqual([600, 0])
  limit.go()
  vi.advanceTimersByTime(599)
  expect(over).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(over).toHaveBeenCalledOnce()
})

test('the wait for a cache does not count as time of a run, for which its lease is kept after it', async () => {
  const [waiting, room] = [deferred(), deferred()]
  const cache: SourceCache = {
    id: 'cache',
    async reserve(_, context) {
      context.waiting?.(true)
      waiting.resolve()
      await room.promise
      context.waiting?.(false)
      return { release: async () => {} }
    },
  }
  const kept: (number | undefined)[] = []
  const records: RecordStore = new MemoryRecordStore()
  const [claim, renew] = [records.claim.bind(records), records.renew.bind(records)]
  records.claim = (key, owner, options) => {
    kept.push(options.keepMs)
    return claim(key, owner, options)
  }
  records.renew = (lease, leaseMs, keepMs) => {
    if (keepMs !== undefined) kept.push(keepMs)
    return renew(lease, leaseMs, keepMs)
  }
  const Op = operation(async (run) => {
    await run.use(Inputs).open(file('a'))
    return undefined
  })
  const source = Object.assign(new MemorySource(['a']), { cache })
  const host = lab({ operations: [Op], sources: [source], records, timeLimit: 60 })
  const job = await host.submit(Op, { files: [file('a')] })
  await waiting.promise
  await vi.advanceTimersByTimeAsync(3600_000)
  expect(await job.record()).toMatchObject({ status: 'IN_PROGRESS', message: 'Waiting for room in the file cache' })
  room.resolve()
  await job.result()
  expect(await job.record()).toMatchObject({ status: 'COMPLETED', attempt: 1 })
  expect(kept).toEqual([60_000, expect.any(Number)])
  expect(kept[1]).toBeLessThanOrEqual(60_000)
})
