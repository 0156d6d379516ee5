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

test('works without finite values, and with one', () => {
  expect(zscale(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY))).toEqual({ low: 0, high: 0 })
  expect(zscale(new Float32Array(0))).toEqual({ low: 0, high: 0 })
  expect(zscale(Float64Array.of(5, Number.NaN))).toEqual({ low: 5, high: 5 })
})
