import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { cost, medianNetwork, middleRanks } from '../scripts/selection-network.mjs'
import { noise } from './support.js'

interface Network {
  readonly comparisons: readonly Comparison[]
  readonly places: readonly number[]
}

interface Comparison {
  readonly low: number
  readonly high: number
  readonly needsLow: boolean
  readonly needsHigh: boolean
}

/** The values in the places of the middle ones; what a network says it does not need is lost. */
function middleOf({ comparisons, places }: Network, values: readonly number[]): number[] {
  const left = [...values]
  for (const { low, high, needsLow, needsHigh } of comparisons) {
    const [a, b] = [left[low]!, left[high]!]
    left[low] = needsLow ? Math.min(a, b) : Number.NaN
    left[high] = needsHigh ? Math.max(a, b) : Number.NaN
  }
  return places.map((place) => left[place]!)
}

// A network that is right for all zeros and ones is right for all values (Knuth, The Art of Computer Programming, volume 3, section 5.3.4).
test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])('a network of %i, for all zeros and ones', (n) => {
  const network: Network = medianNetwork(n)
  const ranks: number[] = middleRanks(n)
  for (let word = 0; word < 2 ** n; word++) {
    const values = Array.from({ length: n }, (_, bit) => (word >> bit) & 1)
    const ones = values.filter((value) => value === 1).length
    expect(middleOf(network, values)).toEqual(ranks.map((rank) => (rank >= n - ones ? 1 : 0)))
  }
})

test.each([25, 33, 51, 64])('a network of %i, for many values', (n) => {
  const network: Network = medianNetwork(n)
  const ranks: number[] = middleRanks(n)
  for (let seed = 0; seed < 300; seed++) {
    const values = [...noise(n, seed)]
    const sorted = Float64Array.from(values).sort()
    expect(middleOf(network, values)).toEqual(ranks.map((rank) => sorted[rank]))
  }
})

test('networks are as small as they were', () => {
  expect([5, 11, 25, 51].map((n) => cost(medianNetwork(n)))).toEqual([10, 48, 202, 620])
})
