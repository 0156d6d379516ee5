import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { medianNetwork, middleRanks } from '../scripts/selection-network.mjs'
// @ts-expect-error: a script without types
import { spilled } from '../scripts/spilled-network.mjs'
import { noise } from './support.js'

interface Step {
  readonly kind: 'begin' | 'keep' | 'fetch' | 'compare'
  readonly place: number
  readonly low: number
  readonly high: number
  readonly needsLow: boolean
  readonly needsHigh: boolean
}

/** Does the steps; what is put into memory is looked for there. */
function middleOf(steps: readonly Step[], values: readonly number[], places: readonly number[]): number[] {
  const registers = new Map<number, number>()
  const memory = new Map<number, number>()
  const moved = (from: Map<number, number>, to: Map<number, number>, place: number) => {
    to.set(place, from.get(place)!)
    if (from === registers) from.delete(place)
  }
  for (const { kind, place, low, high, needsLow, needsHigh } of steps) {
    if (kind === 'begin') registers.set(place, values[place]!)
    if (kind === 'fetch') moved(memory, registers, place)
    if (kind === 'keep') moved(registers, memory, place)
    if (kind !== 'compare') continue
    const [a, b] = [registers.get(low)!, registers.get(high)!]
    registers.set(low, needsLow ? Math.min(a, b) : Number.NaN)
    registers.set(high, needsHigh ? Math.max(a, b) : Number.NaN)
    for (const at of [low, high]) memory.delete(at)
  }
  return places.map((place) => registers.get(place)!)
}

test.each([3, 8, 11, 25, 40, 64])('a network of %i, part of whose values wait in memory', (n) => {
  const network = medianNetwork(n)
  const steps: readonly Step[] = spilled(network, n)
  const ranks: number[] = middleRanks(n)
  for (let seed = 0; seed < 20; seed++) {
    const values = [...noise(n, seed)]
    const sorted = Float64Array.from(values).sort()
    expect(middleOf(steps, values, network.places)).toEqual(ranks.map((rank) => sorted[rank]))
  }
})

test('each value is begun once, before it is compared', () => {
  const steps: readonly Step[] = spilled(medianNetwork(25), 25)
  const begun = steps.filter(({ kind }) => kind === 'begin').map(({ place }) => place)
  expect(new Set(begun).size).toBe(25)
  expect(begun).toHaveLength(25)
})
