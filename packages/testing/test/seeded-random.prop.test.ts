import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../src/index.js'

test('one seed, one sequence, within its range', () => {
  assert(
    property(integer(), integer({ min: 1, max: 1000 }), (seed, end) => {
      const [a, b] = [seededRandom(seed), seededRandom(seed)]
      for (let i = 0; i < 20; i++) {
        const value = a.integer(end)
        expect(value).toBe(b.integer(end))
        expect(Number.isInteger(value) && value >= 0 && value < end).toBe(true)
        expect(a.between(-1, 1)).toBe(b.between(-1, 1))
        expect(a.logBetween(1, 8)).toBe(b.logBetween(1, 8))
      }
    }),
  )
})

test.each([0.5, 5, 29, 31, 1000])('a Poisson number of mean %d has that mean and variance', (mean) => {
  const random = seededRandom(3)
  const values = Array.from({ length: 20_000 }, () => random.poisson(mean))
  const average = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length
  expect(average / mean).toBeCloseTo(1, 1)
  expect(variance / mean).toBeCloseTo(1, 1)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
})
