import { expect, test } from 'vitest'
import { estimateNoise } from '../src/noise.js'
import { gaussian } from './gaussian.js'

test('tells the standard deviation of Gaussian noise, whatever lies under it', () => {
  const random = gaussian(1)
  const slope = Float32Array.from({ length: 200 * 100 }, (_, i) => 1000 + (i % 200) * 3 + random() * 7)
  expect(estimateNoise(slope, 200).sigma).toBeCloseTo(7, 0)
  const fine = Float64Array.from({ length: 200 * 100 }, () => random() * 1e-9)
  expect(estimateNoise(fine, 200).sigma / 1e-9).toBeCloseTo(1, 1)
})

test('passes over NaN and over areas of one value', () => {
  const random = gaussian(2)
  const values = Float32Array.from({ length: 300 * 50 }, (_, i) => {
    const x = i % 300
    return x < 100 ? 0 : x % 5 === 0 ? Number.NaN : random() * 3
  })
  const noise = estimateNoise(values, 300)
  expect(noise.sigma).toBeGreaterThan(2.5)
  expect(noise.sigma).toBeLessThan(3.5)
  expect(noise.missing).toBe(50 * 40)
})

test('takes a narrow tile for one row, and tells nothing of a few pixels', () => {
  const random = gaussian(3)
  expect(estimateNoise(Float32Array.from({ length: 3000 }, random), 3).sigma).toBeCloseTo(1, 0)
  expect(estimateNoise(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 8)).toEqual({ min: 1, max: 8, missing: 0, sigma: 0 })
  expect(estimateNoise(new Float32Array(100).fill(5), 100).sigma).toBe(0)
  expect(estimateNoise(new Float32Array(10).fill(Number.NaN), 10)).toMatchObject({ missing: 10, sigma: 0 })
})
