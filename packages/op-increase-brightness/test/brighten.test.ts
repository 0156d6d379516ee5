import { expect, test } from 'vitest'
import { brighten } from '../src/brighten.js'

test('the example of the documentation', () => {
  expect(brighten(Float32Array.of(1, 2), 5, new Float32Array(2))).toEqual(Float32Array.of(6, 7))
})

test('NaN and the infinities stay', () => {
  const values = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  expect(brighten(values, -3, new Float64Array(3))).toEqual(values)
})

test('the values are only read, and the result is the array given', () => {
  const values = Float32Array.of(1, 2)
  const result = new Float32Array(2)
  expect(brighten(values, 1, result)).toBe(result)
  expect(values).toEqual(Float32Array.of(1, 2))
})

test('the result may be the values', () => {
  const values = Float32Array.of(1, 2)
  expect(brighten(values, -1, values)).toEqual(Float32Array.of(0, 1))
})

test('the sum is rounded once', () => {
  // In float32 the amount would be rounded up first, and with it the sum.
  expect(brighten(Float32Array.of(1), 2 ** -24 - 2 ** -50, new Float32Array(1))[0]).toBe(1)
})

test('a result of another length is refused', () => {
  expect(() => brighten(new Float32Array(2), 1, new Float32Array(3))).toThrow(
    'There are 2 values, and the result holds 3.',
  )
})
