import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { cost, medianNetwork, middleRanks } from '../scripts/selection-network.mjs'
import { noise } from './support.js'

interface Comparison {
  readonly low: number
  readonly high: number
  readonly needsLow: boolean
  readonly needsHigh: boolean
}

/** The values in the places of the middle ones; what a network says it does not need is lost. */
function middleOf(network: readonly Comparison[], values: readonly number[], ranks: readonly number[]): number[] {
  const places = [...values]
  for (const { low, high, needsLow, needsHigh } of network) {
    const [a, b] = [places[low]!, places[high]!]
    places[low] = needsLow ? Math.min(a, b) : Number.NaN
    places[high] = needsHigh ? Math.max(a, b) : Number.NaN
  }
  return ranks.map((rank) => places[rank]!)
}

// A network that is right for all zeros and ones is right for all values (Knuth, The Art of Computer Programming, volume 3, section 5.3.4).
test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])('a network of %i, for all zeros and ones', (n) => {
  const network: Comparison[] = medianNetwork(n)
  const ranks: number[] = middleRanks(n)
  for (let word = 0; word < 2 ** n; word++) {
    const values = Array.from({ length: n }, (_, bit) => (word >> bit) & 1)
    const ones = values.filter((value) => value === 1).length
    expect(middleOf(network, values, ranks)).toEqual(ranks.map((rank) => (rank >= n - ones ? 1 : 0)))
  }
})

test.each([25, 33, 51, 64])('a network of %i, for many values', (n) => {
  const network: Comparison[] = medianNetwork(n)
  const ranks: number[] = middleRanks(n)
  for (let seed = 0; seed < 300; seed++) {
    const values = [...noise(n, seed)]
    const sorted = Float64Array.from(values).sort()
    expect(middleOf(network, values, ranks)).toEqual(ranks.map((rank) => sorted[rank]))
  }
})

test('networks are as small as they were', () => {
  expect([5, 11, 25, 51].map((n) => cost(medianNetwork(n)))).toEqual([10, 48, 202, 620])
})
