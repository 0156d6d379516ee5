import fc from 'fast-check'
import { expect, test } from 'vitest'
import { valuesAt } from '../src/values-at.js'

/** Numbers at random that are the same each time, from 0 to 1. */
function numbers(length: number, seed: number): Float64Array {
  let state = seed
  return new Float64Array(length).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

const SPREADS: readonly ((value: number, place: number) => number)[] = [
  (value) => value * 1000 - 300,
  (value) => Math.floor(value * 3),
  () => 7,
  (value) => (value < 0.5 ? -1e300 : 1e300),
  (value) => 10 ** (600 * (value - 0.5)),
  (_, place) => place,
  // Where the sample looks, all values are low.
  (value, place) => (place % 25 === 0 ? -value : value + 1),
]

test('the values at two ranks are those of all values in order, however many there are and whatever they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60_000 }), fc.nat(), fc.nat(), fc.nat(6), (length, seed, rank, spread) => {
      const values = numbers(length, seed).map(SPREADS[spread]!)
      const before = values.slice()
      const lower = rank % length
      const upper = Math.min(lower + 1, length - 1)
      const sorted = values.slice().sort()
      expect(valuesAt(values, lower, upper)).toEqual([sorted[lower], sorted[upper]])
      expect(values).toEqual(before)
    }),
    { seed: 21, numRuns: 60 },
  )
})
