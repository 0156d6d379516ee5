import type { Samples } from '@datalab/fits'
import { loadKernels } from '@datalab/pixels'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { medianOf } from '../src/index.js'
import { medianOfBands, PASSES } from '../src/median-of-bands.js'

const value = fc.oneof(
  fc.double(),
  fc.float({ noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1e-310),
)

/** The median of values that are shown in two parts, and how often they were. */
async function inParts(values: Samples): Promise<{ median: number; passes: number }> {
  const half = values.length >> 1
  let passes = 0
  const median = await medianOfBands(async (take) => {
    passes++
    take(values.subarray(0, half))
    take(values.subarray(half))
  })
  return { median, passes }
}

test('is the median of all values at once, in as many passes as were announced', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 40 }), async (list) => {
      for (const values of [Float32Array.from(list), Float64Array.from(list)]) {
        const { median, passes } = await inParts(values)
        // Of zeros the sign has no meaning.
        expect(median + 0).toBe(medianOf(loadKernels(), values) + 0)
        const announced = PASSES[values instanceof Float32Array ? 'float32' : 'float64']
        expect(passes).toBe(Number.isNaN(median) ? 1 : announced)
      }
    }),
    { seed: 22, numRuns: 100 },
  )
})
