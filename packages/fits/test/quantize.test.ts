import { QUANTIZED_NAN } from '@datalab/pixels'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dequantize } from '../src/dequantize.js'
import { quantize } from '../src/quantize.js'
import { gaussian } from './gaussian.js'

const value = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
  fc.constantFrom(0, 1, Number.NaN),
)

test.each([Float32Array, Float64Array])('%o is off by half a step at most, and NaN stays NaN', (type) => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 2, maxLength: 400 }),
      fc.integer({ min: 0, max: 20_000 }),
      fc.constantFrom(0.5, 4, 16),
      (list, seed, level) => {
        const values = type.from(list)
        const quantized = quantize(values, { level, rowLength: values.length, seed })
        if (!quantized) return
        const { integers, scale, zero } = quantized
        const restored = new Float64Array(values.length)
        const dithering = 'SUBTRACTIVE_DITHER_1'
        dequantize(integers, { dithering, scale, zero, blank: QUANTIZED_NAN, seed }, restored)
        for (const [i, before] of values.entries()) {
          if (Number.isNaN(before)) expect(restored[i]).toBeNaN()
          else expect(Math.abs(restored[i]! - before)).toBeLessThanOrEqual(scale * 0.5001 + Math.abs(before) * 1e-15)
        }
      },
    ),
    { seed: 3, numRuns: 400 },
  )
})

test('steps are a part of the noise', () => {
  const random = gaussian(7)
  const values = Float32Array.from({ length: 10_000 }, () => 500 + 8 * random())
  expect(quantize(values, { level: 4, rowLength: 100, seed: 0 })!.scale).toBeCloseTo(2, 0)
  expect(quantize(values, { level: 16, rowLength: 100, seed: 0 })!.scale).toBeCloseTo(0.5, 1)
})

test('a range of more steps than there are positive integers begins at its middle, added up as floats', () => {
  const random = gaussian(8)
  const values = Float32Array.from({ length: 200 }, (_, i) => (i === 7 ? 2e8 : random()))
  for (const rowLength of [200, 100]) {
    const { scale, zero } = quantize(values, { level: 16, rowLength, seed: 0 })!
    expect(2e8 / scale).toBeGreaterThan(2 ** 31)
    expect(zero).toBe(1e8)
  }
})

test('what is missing altogether is blank', () => {
  const quantized = quantize(new Float32Array(20).fill(Number.NaN), { level: 4, rowLength: 20, seed: 0 })
  expect(quantized!.integers).toEqual(new Int32Array(20).fill(QUANTIZED_NAN))
})

test.each([
  ['one pixel', Float32Array.of(1)],
  ['no noise', new Float32Array(50).fill(3)],
  ['an infinite value', Float32Array.from({ length: 50 }, (_, i) => (i === 7 ? Number.POSITIVE_INFINITY : i % 7))],
  ['too wide a range', Float64Array.from({ length: 50 }, (_, i) => (i === 7 ? 1e300 : (i % 7) * 1e-9))],
])('%s is not quantised', (_, values) => {
  expect(quantize(values, { level: 4, rowLength: values.length, seed: 0 })).toBeUndefined()
})
