import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StoredOutput } from '../src/output.js'
import { PartialOutput } from '../src/partial-output.js'
import { deferred } from './lab.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const output = (step: number): StoredOutput => ({ output_data: [{ step }] })

function publishing(publish: () => Promise<void> = async () => {}) {
  const published: unknown[] = []
  const partial = new PartialOutput((one) => {
    published.push(one.output_data?.[0]?.step)
    return publish()
  })
  return { published, partial }
}

test('the first is published at once, then what is the latest four times a second', async () => {
  const { published, partial } = publishing()
  for (let step = 1; step <= 5; step++) await partial.show(output(step))
  expect(published).toEqual([1])
  await vi.advanceTimersByTimeAsync(249)
  await partial.show(output(6))
  expect(published).toEqual([1])
  await vi.advanceTimersByTimeAsync(1)
  expect(published).toEqual([1, 6])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(published).toEqual([1, 6])
  await partial.show(output(7))
  expect(published).toEqual([1, 6, 7])
})

test('what takes long to publish is published less often, and never twice at once', async () => {
  let gate = deferred()
  const { published, partial } = publishing(() => gate.promise)
  const first = partial.show(output(1))
  await partial.show(output(2))
  await vi.advanceTimersByTimeAsync(1000)
  expect(published).toEqual([1])
  gate.resolve()
  await first
  gate = deferred()
  await vi.advanceTimersByTimeAsync(9999)
  expect(published).toEqual([1])
  await vi.advanceTimersByTimeAsync(1)
  expect(published).toEqual([1, 2])
})

test('who publishes at once hears of a failure; a later one stops nothing', async () => {
  const { published, partial } = publishing(() => Promise.reject(new Error('down')))
  await expect(partial.show(output(1))).rejects.toThrow('down')
  await partial.show(output(2))
  await vi.advanceTimersByTimeAsync(250)
  await partial.show(output(3))
  await vi.advanceTimersByTimeAsync(250)
  expect(published).toEqual([1, 2, 3])
})

test('after the end nothing is published', async () => {
  const { published, partial } = publishing()
  await partial.show(output(1))
  await partial.show(output(2))
  partial.end()
  await partial.show(output(3))
  await vi.advanceTimersByTimeAsync(1000)
  expect(published).toEqual([1])
})
