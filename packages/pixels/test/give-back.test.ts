import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { giveBackUnused, UnusedMemory } from '../src/combine/give-back.js'

const MIB = 2 ** 20

/** Has the heap grow by some 30 MiB, all of which is garbage afterwards. */
function makeGarbage(): number {
  const lists = Array.from({ length: 1000 }, (_, list) => Array.from({ length: 4000 }, (_, i) => list + i + 0.5))
  return lists.reduce((sum, list) => sum + list.length, 0)
}

test('what V8 laid out and uses no more goes back to the system', async () => {
  expect(makeGarbage()).toBe(4_000_000)
  const before = getHeapStatistics().total_physical_size
  await giveBackUnused(1024 * MIB)
  expect(getHeapStatistics().total_physical_size).toBeLessThan(before - 10 * MIB)
})

test('V8 is asked again when it has laid out much more', async () => {
  const unused = new UnusedMemory()
  await unused.giveBack()
  const before = getHeapStatistics().total_heap_size
  expect(makeGarbage()).toBe(4_000_000)
  expect(getHeapStatistics().total_heap_size).toBeGreaterThan(before + 10 * MIB)
  await unused.giveBack()
  expect(getHeapStatistics().total_heap_size).toBeLessThan(before + 10 * MIB)
})
