import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stackMedian } from '../src/stack-median.js'

const finite = { noNaN: true, noDefaultInfinity: true }
const sample = fc.oneof(
  { weight: 5, arbitrary: fc.float(finite) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0) },
)
const column = fc.oneof(
  fc.array(sample, { minLength: 1, maxLength: 12 }),
  fc.array(sample, { minLength: 40, maxLength: 120 }),
)

/** By definition: sort what is not missing, and take the middle, or the mean of the two. */
function definition(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const upper = sorted[sorted.length >> 1] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] as number) + upper) / 2
}

test('equals the definition, in float64 and rounded to float32', () => {
  fc.assert(
    fc.property(column, (values) => {
      const expected = definition(values)
      const images = values.map((value) => Float32Array.of(value))
      const double = stackMedian(images, new Float64Array(1))[0] as number
      const single = stackMedian(images, new Float32Array(1))[0] as number
      // Adding 0 makes -0 and 0 one: the definition does not order them.
      expect(double + 0).toBe(expected + 0)
      expect(single + 0).toBe(Math.fround(expected) + 0)
    }),
    { seed: 3, numRuns: 1000 },
  )
})

test('does not depend on the order of the images', () => {
  fc.assert(
    fc.property(column, (values) => {
      const of = (list: readonly number[]) =>
        stackMedian(
          list.map((value) => Float64Array.of(value)),
          new Float64Array(1),
        )[0] as number
      expect(of([...values].reverse()) + 0).toBe(of(values) + 0)
    }),
    { seed: 4 },
  )
})

test('pixels do not touch each other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(sample, sample, sample), { minLength: 1, maxLength: 6 }), (rows) => {
      const result = stackMedian(
        rows.map((row) => Float32Array.from(row)),
        new Float32Array(3),
      )
      for (const pixel of [0, 1, 2])
        expect((result[pixel] as number) + 0).toBe(Math.fround(definition(rows.map((row) => row[pixel] as number))) + 0)
    }),
    { seed: 5 },
  )
})
