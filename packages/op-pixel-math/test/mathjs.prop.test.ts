import fc from 'fast-check'
import { all, create, type FactoryFunctionMap, type MathNode } from 'mathjs'
import { expect, test } from 'vitest'
import { calculate } from '../src/index.js'
import { expressions } from './random-expression.js'

const math = create(all as FactoryFunctionMap, {})
math.import({ where: (condition: unknown, x: unknown, y: unknown) => (condition ? x : y) }, {})

const SPECIAL = [0, -0, 1, -1, 0.5, -2.5, 3, 1e-13, 0.1 + 0.2, 0.3, 2.9999999999999996, 1e300, -1e300]
const value = fc.oneof(
  fc.constantFrom(...SPECIAL, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  fc.integer({ min: -100, max: 100 }),
)
const pixels = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 6 })

/** Raised where mathjs leaves the real numbers. */
class NotReal extends Error {}

/** What mathjs makes of an expression for one pixel; throws where any part of it is no real number, as it is in mathjs. */
function evaluated(node: MathNode, scope: object): unknown {
  // The name of a function is a node of its own.
  node.forEach((part, path) => void (path === 'fn' || evaluated(part, scope)))
  const value = node.evaluate({ ...scope })
  if (math.typeOf(value) === 'Complex') throw new NotReal()
  return value
}

test('equals the evaluation of mathjs, pixel by pixel, to the last bit', { timeout: 120_000 }, async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(expressions, pixels, async (expression, values) => {
      const images = [0, 1, 2].map((image) => Float64Array.from(values, (pixel) => pixel[image] as number))
      const result = await calculate(expression, images, new Float64Array(values.length))
      const tree = math.parse(expression)
      for (const [pixel, [a, b, c]] of values.entries()) {
        let expected: number
        try {
          expected = Number(evaluated(tree, { a, b, c }))
        } catch (error) {
          if (error instanceof NotReal) continue
          throw error
        }
        compared++
        // 0 and -0 are equal.
        expect([expression, (result[pixel] as number) + 0]).toEqual([expression, expected + 0])
      }
    }),
    { seed: 7, numRuns: 3000 },
  )
  expect(compared).toBeGreaterThan(5000)
})
