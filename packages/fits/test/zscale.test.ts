import { expect, test } from 'vitest'
import { readImage, zscale } from '../src/index.js'
import { expected, fixture } from './support.js'

test.each(expected.zscale)('$name has the limits of astropy', async ({ name, low, high }) => {
  const { data } = await readImage(fixture(name))
  const limits = zscale(data)
  const scale = Math.max(Math.abs(low), Math.abs(high), 1)
  expect(Math.abs(limits.low - low) / scale).toBeLessThan(1e-6)
  expect(Math.abs(limits.high - high) / scale).toBeLessThan(1e-6)
})

// The limits are those of ZScaleInterval of astropy 5.2.
test.each([
  [1, 0, 0],
  [2, 0, 856],
  [4, 0, 856],
  [5, 0, 856],
  [20, 0, 947],
  [199, 0, 2596.7411381801066],
  [1000, 0, 2575.4416716144947],
  [1001, 0, 2576.2997230989795],
  [1999, 0, 2578.316804971588],
  [2001, 0, 2578.316804971588],
  [12_345, 0, 1008],
])('a row of %i pixels, of which some are missing and some far off', (length, low, high) => {
  const valueAt = (i: number) => (i % 7 === 3 ? Number.NaN : ((i * 7919) % 1009) * (i % 50 === 49 ? 100 : 1))
  const values = Array.from({ length }, (_, i) => valueAt(i))
  for (const Type of [Float32Array, Float64Array]) {
    const limits = zscale(Type.from(values))
    expect(limits.low).toBe(low)
    expect(limits.high).toBeCloseTo(high, 6)
  }
})

test('a constant has one limit, and numbers as far apart as can be have themselves', () => {
  expect(zscale(new Float32Array(5000).fill(0.1))).toEqual({ low: Math.fround(0.1), high: Math.fround(0.1) })
  const [low, high] = [-1.7e308, 1.7e308]
  expect(zscale(Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? low : high)))).toEqual({ low, high })
})

test('works without finite values, and with one', () => {
  expect(zscale(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY))).toEqual({ low: 0, high: 0 })
  expect(zscale(new Float32Array(0))).toEqual({ low: 0, high: 0 })
  expect(zscale(Float64Array.of(5, Number.NaN))).toEqual({ low: 5, high: 5 })
})
