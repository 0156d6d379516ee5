import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Lease, RecordChange, RecordStore } from '../src/record-store.js'
import { RunReport } from '../src/run-report.js'
import { deferred, memoryLog } from './lab.js'

const lease: Lease = { key: 'k', attempt: 1, owner: 'me', principal: { id: 'ann' } }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function reporting(update: (change: RecordChange) => Promise<boolean> = async () => true) {
  const changes: RecordChange[] = []
  const { log, lines } = memoryLog()
  const records = {
    update: (_: Lease, change: RecordChange) => {
      changes.push(change)
      return update(change)
    },
  } as unknown as RecordStore
  const waits: boolean[] = []
  const report = new RunReport(records, lease, log, (isWaiting) => waits.push(isWaiting))
  return { changes, lines, waits, report }
}

const tick = () => vi.advanceTimersByTimeAsync(0)

test('progress is written at once, then in steps of a percent, or four times a second', async () => {
  const { changes, report } = reporting()
  report.progress(0.001)
  for (const fraction of [0.002, 0.003, 0.004]) report.progress(fraction)
  await tick()
  expect(changes).toEqual([{ progress: 0.001 }])
  await vi.advanceTimersByTimeAsync(249)
  expect(changes).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(changes).toEqual([{ progress: 0.001 }, { progress: 0.004 }])
  report.progress(0.5)
  await tick()
  expect(changes.at(-1)).toEqual({ progress: 0.5 })
})

test('a million reports make no more than a hundred writes', async () => {
  const { changes, report } = reporting()
  for (let step = 1; step <= 1_000_000; step++) report.progress(step / 1_000_000)
  await report.end()
  expect(changes.length).toBeLessThanOrEqual(101)
})

test('progress stays below 1', async () => {
  const { changes, report } = reporting()
  report.progress(1)
  await tick()
  expect(changes).toEqual([{ progress: 0.99 }])
})

test('messages and warnings are put together; a warning counts once', async () => {
  const { changes, report } = reporting()
  report.message('one')
  report.warn('w')
  report.warn('w')
  report.message('two')
  report.warn('v')
  await vi.advanceTimersByTimeAsync(250)
  expect(changes).toEqual([{ message: 'one' }, { message: 'two', warnings: ['w', 'v'] }])
  expect(report.warnings).toEqual(['w', 'v'])
})

test('long texts are shortened, and warnings limited', () => {
  const { report } = reporting()
  for (let index = 0; index < 500; index++) report.warn(`${index} ${'x'.repeat(5000)}`)
  expect(report.warnings).toHaveLength(100)
  expect(report.warnings[0]).toHaveLength(1000)
})

test('write waits until it is written, and takes along what is pending', async () => {
  const { changes, report } = reporting()
  report.message('first')
  report.message('second')
  await report.output({ output_data: [] })
  expect(changes).toEqual([{ message: 'first' }, { message: 'second', output: { output_data: [] } }])
})

test('writes are in order, however long one takes', async () => {
  const gate = deferred<boolean>()
  const done: RecordChange[] = []
  let first = true
  const { report } = reporting(async (change) => {
    if (first) {
      first = false
      await gate.promise
    }
    done.push(change)
    return true
  })
  const one = report.output({ output_data: [{ step: 'one' }] })
  const two = report.output({ output_data: [{ step: 'two' }] })
  gate.resolve(true)
  await Promise.all([one, two])
  expect(done).toEqual([{ output: { output_data: [{ step: 'one' }] } }, { output: { output_data: [{ step: 'two' }] } }])
})

test('a wait is told at once, and then what was last said again', async () => {
  const { changes, report, waits } = reporting()
  report.message('before')
  report.waiting(true)
  report.waiting(true)
  report.message('meanwhile')
  await tick()
  report.waiting(false)
  await tick()
  const waiting = 'Waiting for room in the file cache'
  expect(changes).toEqual([{ message: 'before' }, { message: waiting }, { message: 'meanwhile' }])
  await report.end()
  report.waiting(true)
  expect(waits).toEqual([true, false])
})

test('what comes while a write takes long is written together after it', async () => {
  const gate = deferred<boolean>()
  const { changes, report } = reporting(() => gate.promise)
  for (let step = 1; step <= 50; step++) {
    report.progress(step / 100)
    await vi.advanceTimersByTimeAsync(300)
  }
  expect(changes).toEqual([{ progress: 0.01 }])
  gate.resolve(true)
  await tick()
  expect(changes).toEqual([{ progress: 0.01 }, { progress: 0.5 }])
})

test('after the end nothing is written, and what was not written yet is handed over', async () => {
  const { changes, report } = reporting()
  report.message('one')
  report.message('two')
  report.warn('w')
  expect(await report.end()).toEqual({ message: 'two', warnings: ['w'] })
  report.progress(0.5)
  report.warn('late')
  await report.output({ output_data: [{ step: 'late' }] })
  await vi.advanceTimersByTimeAsync(1000)
  expect(changes).toEqual([{ message: 'one' }])
})

test('a store that fails is logged, and stops nothing', async () => {
  const { lines, report } = reporting(async () => {
    throw new Error('down')
  })
  await report.output({ output_data: [{ step: 'one' }] })
  await report.end()
  expect(lines).toMatchObject([{ level: 'warn', message: 'progress could not be recorded' }])
})
