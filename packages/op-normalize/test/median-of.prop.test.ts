import { loadKernels, referenceKernels } from '@datalab/pixels'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { medianOf } from '../src/index.js'

const value = fc.oneof(
  fc.float({ noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
)

/** By the definition: put in order, and the middle taken. */
function sortedMedian(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

test.each([loadKernels(), referenceKernels()])('$implementation: the middle of the finite values', (kernels) => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), (list) => {
      for (const values of [Float32Array.from(list), Float64Array.from(list)]) {
        const before = values.slice()
        // Of zeros the sign has no meaning.
        expect(medianOf(kernels, values) + 0).toBe(sortedMedian([...values]) + 0)
        expect(values).toEqual(before)
      }
    }),
    { seed: 21, numRuns: 500 },
  )
})

test('two values whose sum no number can hold have a median', () => {
  const large = Number.MAX_VALUE
  expect(medianOf(loadKernels(), Float64Array.of(large, large))).toBe(large)
})

test('the least number that there is has no half, and is a median all the same', () => {
  const least = Number.MIN_VALUE
  expect(medianOf(loadKernels(), Float64Array.of(least, least))).toBe(least)
})
