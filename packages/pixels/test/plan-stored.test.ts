import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planStored } from '../src/combine/plan-stored.js'
import type { OpenedFrame } from '../src/combine/row-readers.js'
import { WorkerPool } from '../src/combine/worker-pool.js'
import { type CombineMethod, NO_SCALE } from '../src/index.js'

const PLAIN: OpenedFrame = { file: 0, pixels: { kind: 'plain', offset: 0, bitpix: -32, scale: NO_SCALE } }

const CODED: OpenedFrame = {
  file: 0,
  pixels: {
    kind: 'rice',
    coding: { bytepix: 4, blocksize: 32 },
    table: { offset: 0, rowBytes: 24, descriptor: 0, isLong: false },
    heap: { offset: 0, length: 0 },
    values: { kind: 'scaled', scale: NO_SCALE },
  },
}

const MEMORY = 64 * 2 ** 20

function framesOf(count: number, frame: OpenedFrame): OpenedFrame[] {
  return Array.from({ length: count }, () => frame)
}

test('a plan has every row once, in bands of whole parts, and no more than the memory holds', () => {
  const kinds = fc.constantFrom(PLAIN, CODED)
  const size = fc.record({ width: fc.integer({ min: 1, max: 9000 }), height: fc.integer({ min: 1, max: 9000 }) })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 999 }),
      kinds,
      size,
      fc.nat(3),
      (count, frame, { width, height }, workers) => {
        const rowBytes = width * (count + 1) * 4
        if (rowBytes + (count + 1) * 256 > MEMORY) return
        const options = { method: 'median', width, height, workers, memoryBytes: MEMORY } as const
        const { rows, bandRows, bands } = planStored(framesOf(count, frame), options)
        expect(bandRows % rows).toBe(0)
        expect(rows === 1 || rows * rowBytes <= MEMORY / 2).toBe(true)
        expect(bands.map(({ from }) => from)).toEqual(bands.map((_, band) => band * bandRows))
        expect(bands.at(-1)!.to).toBe(height)
      },
    ),
    { seed: 9, numRuns: 300 },
  )
})

test.each([1, 5, 11, 25, 75])('rows of %i Rice-coded frames are read four by four', (count) => {
  const options = { method: 'median', width: 4096, height: 4096, workers: 1 } as const
  expect(planStored(framesOf(count, CODED), options).rows % 4).toBe(0)
})

describe('of a machine with two processors, and no thread yet,', () => {
  const pool = new WorkerPool(1)
  const jobsFor = (frame: OpenedFrame, count: number, method: CombineMethod) =>
    planStored(framesOf(count, frame), { method, width: 4096, height: 4096 }, pool).jobs

  test.each([
    ['medians of a few plain frames', PLAIN, 11, 'median'],
    ['sums of a few plain frames', PLAIN, 20, 'sum'],
    ['calculations', PLAIN, 2, 'calculate'],
    ['a coded frame', CODED, 1, 'median'],
  ] as const)('%s are for one thread', (_, frame, count, method) => {
    expect(jobsFor(frame, count, method)).toBe(0)
  })

  test.each([
    ['medians of many plain frames', PLAIN, 25, 'median'],
    ['sums of many plain frames', PLAIN, 25, 'sum'],
    ['clipped means', PLAIN, 5, 'sigma-clip'],
    ['medians of a few coded frames', CODED, 5, 'median'],
  ] as const)('%s are for both', (_, frame, count, method) => {
    expect(jobsFor(frame, count, method)).toBe(2)
  })
})
