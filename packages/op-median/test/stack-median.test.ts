import { describe, expect, test } from 'vitest'
import { stackMedian } from '../src/stack-median.js'

const { NaN: missing, POSITIVE_INFINITY: infinity } = Number

function medianOf(...values: number[]): number {
  return stackMedian(
    values.map((value) => Float64Array.of(value)),
    new Float64Array(1),
  )[0] as number
}

test('the example of the documentation', () => {
  const images = [
    [1, 9],
    [3, 7],
    [2, 8],
  ].map((row) => Float32Array.from(row))
  expect(stackMedian(images, new Float32Array(2))).toEqual(Float32Array.of(2, 8))
})

test.each([
  [[5], 5],
  [[1, 2], 1.5],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7, 7, 7], 7],
  [[missing, 4, 2], 3],
  [[missing, missing, 4], 4],
  [[missing, missing], missing],
  [[-infinity, 1, infinity], 1],
  [[infinity, infinity, 1], infinity],
  [[-infinity, infinity], missing],
  [[1, infinity], infinity],
])('of %j is %s', (values, median) => {
  expect(medianOf(...values)).toBe(median)
})

test('the images are only read, and the result is the array given', () => {
  const images = [Float32Array.of(3, missing), Float32Array.of(1, 2)]
  const result = new Float32Array(2)
  expect(stackMedian(images, result)).toBe(result)
  expect(images).toEqual([Float32Array.of(3, missing), Float32Array.of(1, 2)])
})

describe('precision', () => {
  test('the mean of two float32 is rounded once, from float64', () => {
    const [a, b] = [Math.fround(16777216), Math.fround(16777218)]
    expect(stackMedian([Float32Array.of(a), Float32Array.of(b)], new Float32Array(1))[0]).toBe(16777216)
    expect(medianOf(a, b)).toBe(16777217)
  })

  test('a float32 that overflows as a sum does not as a mean', () => {
    const largest = 3.4028234663852886e38
    expect(stackMedian([Float32Array.of(largest), Float32Array.of(largest)], new Float32Array(1))[0]).toBe(largest)
  })
})

test('an image of another length is refused', () => {
  expect(() => stackMedian([new Float32Array(2), new Float32Array(3)], new Float32Array(2))).toThrow(
    'An image has 3 samples, the result 2.',
  )
})
