import { randomSequence } from '@datalab/pixels'
import { expect, test } from 'vitest'
import { dequantize } from '../src/dequantize.js'

/** What cfitsio writes for NaN. */
const QUANTIZED_NAN = -2_147_483_647

test('the last random number is the one the standard names', () => {
  const values = randomSequence()
  expect(values).toHaveLength(10_000)
  expect(values[0]).toBe(Math.fround(16_807 / 2_147_483_647))
  expect(values[9_999]).toBe(Math.fround(1_043_618_065 / 2_147_483_647))
})

test('NaN and exact zeros have their own integers', () => {
  const stored = Int32Array.of(QUANTIZED_NAN, -2_147_483_646, 10)
  const common = { scale: 0.5, zero: 100, blank: QUANTIZED_NAN, seed: 0 }
  const into = new Float64Array(3)
  dequantize(stored, { ...common, dithering: 'SUBTRACTIVE_DITHER_2' }, into)
  expect([...into.subarray(0, 2)]).toEqual([Number.NaN, 0])
  dequantize(stored, { ...common, dithering: 'SUBTRACTIVE_DITHER_1' }, into)
  expect(into[1]).toBeLessThan(-1e9)
  dequantize(stored, { ...common, dithering: 'NO_DITHER' }, into)
  expect([...into]).toEqual([Number.NaN, -2_147_483_646 * 0.5 + 100, 105])
})
