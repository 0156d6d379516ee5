import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calculate } from '../src/index.js'
import { learnerOf } from '../src/statistics.js'

const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
)
const lists = fc.array(value, { minLength: 1, maxLength: 40 }).map((list) => Float64Array.from(list))

/** A statistic by the operation. */
async function of(expression: string, values: Float64Array): Promise<number> {
  return (await calculate(expression, [values], new Float64Array(values.length)))[0] as number
}

const there = (values: Float64Array) => values.filter((one) => !Number.isNaN(one))
const sum = (values: Float64Array) => values.reduce((total, one) => total + one, 0)
const median = (values: Float64Array) => {
  const sorted = values.slice().sort()
  const at = (rank: number) => sorted[rank] ?? Number.NaN
  return (at(Math.ceil(sorted.length / 2) - 1) + at(Math.floor(sorted.length / 2))) / 2
}

/** By their definitions, of values without NaN. */
const DEFINITIONS: Readonly<Record<string, (values: Float64Array) => number>> = {
  median,
  mad: (values) => median(values.map((one) => Math.abs(one - median(values)))),
  sum: (values) => (values.length === 0 ? Number.NaN : sum(values)),
  mean: (values) => sum(values) / values.length,
  std: (values) => Math.sqrt(sum(values.map((one) => (one - sum(values) / values.length) ** 2)) / values.length),
  min: (values) => (values.length === 0 ? Number.NaN : Math.min(...values)),
  max: (values) => (values.length === 0 ? Number.NaN : Math.max(...values)),
}

test.each(Object.entries(DEFINITIONS))('%s, of what is not missing', async (name, define) => {
  await fc.assert(
    fc.asyncProperty(lists, async (values) => {
      const expected = define(there(values))
      const found = await of(`${name}(a)`, values)
      if (Number.isNaN(expected)) expect(found).toBeNaN()
      else expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
    }),
    { seed: 5 },
  )
})

test('of a formula, and within one another', async () => {
  await fc.assert(
    fc.asyncProperty(lists, async (values) => {
      const away = values.map((one) => Math.abs(one - median(there(values))) * 2)
      expect(await of('max(abs(a - median(a)) * 2)', values)).toBe(DEFINITIONS.max?.(there(away)))
    }),
    { seed: 6 },
  )
})

test('many values, whose sum needs care', async () => {
  const values = new Float64Array(100_000).fill(0.1)
  expect(await of('sum(a)', values)).toBeCloseTo(10_000, 8)
  expect(await of('std(a)', values.fill(1e9 + 0.1))).toBe(0)
})

test.each(['sum', 'mean', 'std'] as const)(
  '%s is the same to the last bit, however many values come at once',
  (name) => {
    const values = Float64Array.from({ length: 20_001 }, (_, at) =>
      at % 97 === 3 ? Number.NaN : 1000 + Math.sin(at) * 10,
    )
    const inPartsOf = (length: number) => {
      const learner = learnerOf(name)
      for (let at = 0; at < values.length; at += length) learner.add(values.subarray(at, at + length))
      learner.endPass()
      return learner.value
    }
    const whole = inPartsOf(values.length)
    expect([1, 600, 4096, 5000].map(inPartsOf)).toEqual([whole, whole, whole, whole])
  },
)

test('infinite values', async () => {
  const { POSITIVE_INFINITY: infinite } = Number
  const values = Float64Array.of(1, infinite, 3)
  const names = ['sum', 'mean', 'max', 'min', 'median', 'std']
  expect(await Promise.all(names.map((name) => of(`${name}(a)`, values)))).toEqual([
    ...[infinite, infinite, infinite, 1, 3, Number.NaN],
  ])
})
