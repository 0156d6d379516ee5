import { expect, test } from 'vitest'
import { isMet, quantile, summary } from '../harness/statistics.mjs'

test('a quantile is that of the sorted samples, between neighbours in proportion', () => {
  const samples = [4, 1, 3, 2]
  expect([0, 0.5, 0.95, 1].map((fraction) => quantile(samples, fraction))).toEqual([1, 2.5, 3.8499999999999996, 4])
  expect(quantile([7], 0.95)).toBe(7)
  expect(samples).toEqual([4, 1, 3, 2])
  expect(() => quantile([], 0.5)).toThrow('no samples')
})

test('what was not measured is no figure', () => {
  expect(() => quantile([1, undefined], 0.5)).toThrow('Sample 1 is undefined')
  expect(() => quantile([Number.NaN], 0.5)).toThrow('Sample 0 is NaN')
})

test('the 95th percentile is the bad end: of times the high one, of rates the low one', () => {
  const samples = Array.from({ length: 101 }, (_, index) => index)
  expect(summary(samples, 'ms')).toEqual({ median: 50, p95: 95 })
  expect(summary(samples, 'jobs/s')).toEqual({ median: 50, p95: 5 })
})

test('a target is met when it is passed in the direction that is better', () => {
  expect([1.9, 2, 2.1].map((figure) => isMet(figure, 'ms', 2))).toEqual([true, false, false])
  expect([4999, 5000, 5001].map((figure) => isMet(figure, 'jobs/s', 5000))).toEqual([false, false, true])
})
