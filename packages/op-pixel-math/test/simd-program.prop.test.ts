import { hasSimd } from '@datalab/pixels'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Program } from '../src/program.js'
import { readFormula } from '../src/read-formula.js'
import { SimdProgram } from '../src/simd-program.js'

const TESTS = ['<', '>', '<=', '>=', '==', '!=', 'and', 'or', 'xor']
const leaf = fc.constantFrom('a', 'b', 'c', '-0', '1.5', '0', '0.1', '1e300', 'NaN', 'pi', 'a^2', 'square(b)')
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('tree'), fc.constantFrom(...'+-*/'), tie('tree')).map(([x, sign, y]) => `(${x} ${sign} ${y})`),
    fc.tuple(tie('tree'), fc.constantFrom(...TESTS), tie('tree')).map(([x, test, y]) => `(${x} ${test} ${y})`),
    fc.tuple(fc.constantFrom('min', 'max'), tie('tree'), tie('tree')).map(([name, x, y]) => `${name}(${x}, ${y})`),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([test, x, y]) => `(${test} ? ${x} : ${y})`),
    fc
      .tuple(fc.constantFrom('-', '+', 'abs', 'sqrt', 'square', 'isNaN', 'not '), tie('tree'))
      .map(([name, x]) => `${name}(${x})`),
  ),
}))
// Many of them are equal, or nearly.
const value = fc.oneof(fc.double(), fc.constantFrom(0, 0.1, 0.1 + 1e-14, 0.1 + 1e-9, 1e-16, 1, 1 + 2 ** -40))
const pixels = fc.array(fc.tuple(value, fc.float(), value), { minLength: 1, maxLength: 9 })

describe.skipIf(!hasSimd())('what vectors calculate', () => {
  test.each(['float32', 'float64'] as const)('is what loops calculate, to the last bit, in %s', async (type) => {
    let simple = 0
    await fc.assert(
      fc.asyncProperty(tree, pixels, async (expression, values) => {
        const formula = await readFormula(expression, 3)
        const fast = SimdProgram.of(formula, ['float64', 'float32', 'float64'], type)
        if (fast === undefined) return
        simple++
        const of = (image: number) => values.map((pixel) => pixel[image] as number)
        const bands = [Float64Array.from(of(0)), Float32Array.from(of(1)), Float64Array.from(of(2))]
        const expected = new Program(formula).run(bands, 0, values.length)
        const rounded = type === 'float32' ? Float32Array.from(expected) : expected
        expect(fast.run(bands, 0, values.length)).toEqual(rounded)
        if (fast.isFinite) expect(rounded.every(Number.isFinite)).toBe(true)
        else if (values.length % 2 === 0) expect(rounded.every(Number.isFinite)).toBe(false)
        for (const pixel of values.keys())
          expect(fast.hasFinite(pixel)).toBe(fast.images.every((image) => Number.isFinite(bands[image]?.[pixel])))
      }),
      { seed: 21, numRuns: 2000 },
    )
    expect(simple).toBeGreaterThan(1000)
  })

  test('are formulas of arithmetic and conditions that name an image', async () => {
    const isSimple = async (expression: string) =>
      SimdProgram.of(await readFormula(expression, 2), ['float32', 'float32'], 'float32') !== undefined
    const simple = [
      'a',
      'a - b',
      '(a - 3.5) / b * 1.5',
      'sqrt(abs(-a))',
      'a ^ 2 + square(b)',
      '(a + b) ^ 2',
      'a > b ? max(a, 2) : NaN',
      'not isNaN(a) and b',
    ]
    const others = ['3', 'round(a)', 'sin(a)', 'min(a, b, 3)', 'a - median(b)', 'a ^ b', `a${'+a'.repeat(400)}`]
    expect(await Promise.all(simple.map(isSimple))).toEqual(simple.map(() => true))
    expect(await Promise.all(others.map(isSimple))).toEqual(others.map(() => false))
  })
})
