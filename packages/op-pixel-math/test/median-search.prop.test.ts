import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MedianSearch } from '../src/median-search.js'

/** By the definition: the mean of the two middle ones of those that are there. */
function median(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const low = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const sum = low + high
  return Number.isFinite(sum) || !Number.isFinite(low) || !Number.isFinite(high) ? sum / 2 : low / 2 + high / 2
}

/** The median, and how many passes it has taken. */
function searched(values: Float64Array, sample?: Float64Array): { value: number; passes: number } {
  const search = new MedianSearch()
  if (sample !== undefined) search.expect(sample)
  let passes = 0
  while (!search.isDone) {
    for (let at = 0; at < values.length; at += 4096) search.add(values.subarray(at, at + 4096))
    search.endPass()
    passes++
  }
  return { value: search.value, passes }
}

const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(1e-320, -1e-320, 5e-324))

test('a few values', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 60 }), (list) => {
      const values = Float64Array.from(list)
      const before = values.slice()
      expect(searched(values).value + 0).toBe(median(values) + 0)
      expect(values).toEqual(before)
    }),
    { seed: 3, numRuns: 500 },
  )
})

/** Numbers at random that are the same each time, from 0 to 1. */
function* random(): Generator<number, never> {
  for (let state = 12345; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state / 2 ** 32
  }
}

function filled(length: number, pixelOf: (random: number, index: number) => number): Float64Array {
  const numbers = random()
  return new Float64Array(length).map((_, index) => pixelOf(numbers.next().value, index))
}

const LENGTH = 560_001

describe.each<[string, (random: number, index: number) => number]>([
  ['spread evenly', (x) => x * 1000],
  ['nearly all the same', (x) => (x < 0.001 ? x : 7)],
  ['half and half', (x) => (x < 0.5 ? -1e300 : 1e300)],
  ['whole numbers', (x) => Math.floor(x * 5)],
  ['far from 0, and near each other', (x) => 1e12 + Math.floor(x * 1000) / 1024],
  ['of every size', (x, index) => (index % 2 === 0 ? 1 : -1) * 2 ** ((x - 0.5) * 2000)],
  ['tiny', (x) => x * 1e-310],
  ['negative', (x) => -1000 - x],
  [
    'with infinities and gaps',
    (x) => (x < 0.3 ? Number.NEGATIVE_INFINITY : x < 0.5 ? Number.NaN : x < 0.6 ? Number.POSITIVE_INFINITY : x),
  ],
])('many values, %s', (_, pixelOf) => {
  const values = filled(LENGTH, pixelOf)

  test.each([LENGTH, LENGTH - 1])('%i of them', (length) => {
    const some = values.subarray(0, length)
    expect(searched(some).value).toBe(median(some))
  })

  test('with a sample that is right, and with one that misleads', () => {
    const sample = values.filter((_value, index) => index % 37 === 0)
    expect(searched(values, sample).value).toBe(median(values))
    const low = new Float64Array(2000).fill(Number.MIN_SAFE_INTEGER)
    expect(searched(values, low).value).toBe(median(values))
    const high = new Float64Array(2000).fill(1e301)
    expect(searched(values, high).value).toBe(median(values))
  })
})

test('one pass is enough where the sample is right', () => {
  const values = filled(LENGTH, (x) => 300 + x)
  const sample = values.filter((_value, index) => index % 37 === 0)
  expect(searched(values, sample).passes).toBe(1)
})
