import { expect, onTestFinished, test, vi } from 'vitest'
import { createDataLab, InlineExecutor, MemoryRecordStore, MemoryStorage } from '../src/index.js'

test('a host whose storage does not close is closed all the same, and its log says so', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const warnings: unknown[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (facts: object) => void warnings.push(facts) }
  const storage = Object.assign(new MemoryStorage(), { close: () => new Promise<void>(() => {}) })
  const lab = createDataLab({ storage, log })
  const closed = lab.close()
  await vi.advanceTimersByTimeAsync(30_000)
  await closed
  expect(warnings).toEqual([{ part: 'storage', ms: 30_000 }])
})

test('a part that fails to close keeps no other open', async () => {
  const records = new MemoryRecordStore()
  const order: string[] = []
  const fails = async () => {
    order.push('executor')
    throw new Error('it is stuck')
  }
  const executor = Object.assign(new InlineExecutor(), { close: fails })
  const storage = Object.assign(new MemoryStorage(), { close: async () => void order.push('storage') })
  await expect(createDataLab({ executor, records, storage }).close()).rejects.toThrow('it is stuck')
  expect(order).toEqual(['executor', 'storage'])
})
