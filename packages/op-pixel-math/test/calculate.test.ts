import { expect, test } from 'vitest'
import { calculate } from '../src/index.js'

test('the example of the documentation', async () => {
  const images = [Float32Array.of(5, 6), Float32Array.of(1, 3)]
  expect(await calculate('(a - median(b)) * 2', images, new Float32Array(2))).toEqual(Float32Array.of(6, 8))
})

test('the images are only read, and the result is the array given', async () => {
  const image = Float32Array.of(1, 2)
  const result = new Float64Array(2)
  expect(await calculate('-a', [image], result)).toBe(result)
  expect([image, result]).toEqual([Float32Array.of(1, 2), Float64Array.of(-1, -2)])
})

test('values are rounded once', async () => {
  // In float32 the number would be rounded up first, and with it the sum.
  const number = 2 ** -24 - 2 ** -50
  expect(await calculate(`a + ${number}`, [Float32Array.of(1)], new Float32Array(1))).toEqual(Float32Array.of(1))
})

test('blanks, and a line break at the end, say nothing', async () => {
  expect(await calculate(' \ta  +\t1 \r\n', [Float64Array.of(1)], new Float64Array(1))).toEqual(Float64Array.of(2))
})

test('more pixels than are calculated at once', async () => {
  const image = new Float64Array(10_000).map((_, pixel) => pixel)
  const result = await calculate('a > 5000 ? a - b : hypot(a, b, a, b)', [image, image], new Float64Array(10_000))
  expect([result[3], result[4999], result[5001], result[9999]]).toEqual([6, 9998, 0, 0])
})

test('an image of another length is refused', async () => {
  await expect(calculate('a', [new Float32Array(2)], new Float32Array(3))).rejects.toThrow(
    new TypeError('An image has 2 pixels, and the result holds 3.'),
  )
})
