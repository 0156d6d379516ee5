import { hasSimd } from '@datalab/pixels'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Gate, LoopGate } from '../src/gate.js'
import { simdGate } from '../src/simd-gate.js'

const ROOM = 8
const finite = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }))
const blocks = fc.array(fc.array(fc.oneof({ weight: 20, arbitrary: finite }, fc.double()), { maxLength: 7 }), {
  maxLength: 6,
})

const GATES: Record<string, (low: number, high: number) => Gate> = {
  loops: (low, high) => new LoopGate({ low, high }, ROOM),
  ...(hasSimd() ? { vectors: (low, high) => simdGate({ low, high }, ROOM) as Gate } : {}),
}

describe.each(Object.entries(GATES))('by %s', (_, gateOf) => {
  test('counts what is below and within, and keeps what there is room for', () => {
    fc.assert(
      fc.property(blocks, finite, finite, (lists, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        const gate = gateOf(low, high)
        const taken = lists.filter((list) => gate.add(Float64Array.from(list)))
        expect(taken).toEqual(lists.filter((list) => list.every(Number.isFinite)))
        const values = taken.flat()
        const within = values.filter((value) => value >= low && value <= high)
        expect([gate.below, gate.within]).toEqual([values.filter((value) => value < low).length, within.length])
        const room = Math.min(within.length, ROOM)
        expect([...gate.kept.subarray(0, room)]).toEqual(within.slice(0, room))
      }),
      { seed: 17, numRuns: 500 },
    )
  })
})
