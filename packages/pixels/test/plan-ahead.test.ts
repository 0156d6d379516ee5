import { describe, expect, test } from 'vitest'
import { planAhead } from '../src/combine/plan-ahead.js'
import type { OpenedFrame } from '../src/combine/row-readers.js'
import { WorkerPool } from '../src/combine/worker-pool.js'
import { type CombineBandsOptions, NO_SCALE, type PlainPixels } from '../src/index.js'

const MIB = 2 ** 20

function plainFrames(count: number, bitpix: PlainPixels['bitpix'] = -32): OpenedFrame[] {
  return Array.from({ length: count }, (_, file) => ({
    file,
    pixels: { kind: 'plain', offset: 2880, bitpix, scale: NO_SCALE },
  }))
}

/** Of a machine with two processors, and no thread yet. */
const POOL = new WorkerPool(1)

const LARGE = { method: 'median', width: 4096, height: 4096 } as const

test.each<[string, number, Partial<CombineBandsOptions>]>([
  ['medians of a few', 5, {}],
  ['medians of many', 16, {}],
  ['sums of very many that are small', 100, { method: 'sum', width: 100, height: 200 }],
  ['calculations', 2, { method: 'calculate', calculation: { operation: 'add' } }],
  ['what little there is', 3, { method: 'sigma-clip', width: 100, height: 100 }],
])('%s are read ahead by one thread', (_, count, options) => {
  const plan = planAhead(plainFrames(count), { ...LARGE, ...options }, POOL)!
  expect(plan.files).toHaveLength(count)
  expect(plan.bands[0]!.from).toBe(0)
  expect(plan.bands.at(-1)!.to).toBe(options.height ?? LARGE.height)
  expect(plan.bandRows % plan.rows).toBe(0)
  for (const [at, { from, to }] of plan.bands.slice(1).entries()) {
    expect(from).toBe(plan.bands[at]!.to)
    expect(to - from).toBeLessThanOrEqual(plan.bandRows)
  }
})

test.each([
  ['clipped means', plainFrames(25), { method: 'sigma-clip' }],
  ['medians that take long', plainFrames(64), {}],
  ['sums of so many that little of each is read at once', plainFrames(17), { method: 'sum' }],
  ['medians of more than are sorted', plainFrames(100), {}],
  ['what threads are wanted for', plainFrames(5), { workers: 1 }],
  ['a file that is not open', [...plainFrames(4), { ...plainFrames(1)[0]!, file: '/not/open.fits' }], {}],
  ['rows of all frames that are too long', plainFrames(5), { width: 10 * MIB }],
] as const)('%s are not', (_, frames, options) => {
  expect(planAhead(frames, { ...LARGE, ...options }, POOL)).toBeUndefined()
})

describe.each([
  ['float32', -32],
  ['float64', -32],
  ['float64', -64],
  ['float32', 16],
] as const)('of %s from BITPIX %i', (type, bitpix) => {
  test.each([
    [64 * MIB, [1, 5, 16]],
    [15 * MIB, [1, 5]],
    [3 * MIB, [1]],
  ])('all that is in memory fits %i bytes', (memoryBytes, counts) => {
    for (const count of counts) {
      const form = { width: 200, height: 8000, type, resultType: type } as const
      const options: CombineBandsOptions = { method: 'sum', ...form, memoryBytes }
      const { rows, bandRows, storedBytes } = planAhead(plainFrames(count, bitpix), options, POOL)!
      const valueBytes = type === 'float32' ? 4 : 8
      const taken = (2 * storedBytes + valueBytes) * count * rows * 200 + bandRows * 200 * valueBytes
      expect(storedBytes).toBe(Math.abs(bitpix) / 8)
      expect(taken).toBeLessThanOrEqual(memoryBytes)
      expect(bandRows % rows).toBe(0)
    }
  })
})

test('a memory of little more than a row is for those who need no more', () => {
  expect(planAhead(plainFrames(5), { ...LARGE, memoryBytes: 6 * 4096 * 4 + 2000 }, POOL)).toBeUndefined()
})
