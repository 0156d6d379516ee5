import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GammaTable, lightOf } from '../src/gamma.js'

function shown(white: number, ...light: number[]): number[] {
  const into = new Uint16Array(3 * light.length)
  new GammaTable(white).show(Float32Array.from(light), into, 1)
  return light.map((_, x) => into[1 + 3 * x] as number)
}

test('the ends are black and white, and so is what is beyond them', () => {
  expect(shown(65_535, 0, 1, -1, 1.5, 6, Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-30)).toEqual([
    0, 65_535, 0, 65_535, 65_535, 0, 65_535, 0, 0,
  ])
})

describe('is the light to the power of 1 / 2.5, rounded', () => {
  test.each([255, 65_535])('to one of %s steps', (white) => {
    const light = fc.double({ min: 1e-14, max: 1, noNaN: true }).map(Math.fround)
    fc.assert(
      fc.property(fc.array(light, { minLength: 1 }), (values) => {
        const exact = values.map((value) => white * value ** 0.4)
        for (const [x, value] of shown(white, ...values).entries())
          expect(Math.abs(value - exact[x]!)).toBeLessThan(0.51)
      }),
      { seed: 61, numRuns: 300 },
    )
  })

  test('in the dark as in the light', () => {
    const light = Array.from({ length: 44 }, (_, power) => 2 ** -power)
    const exact = light.map((value) => 65_535 * value ** 0.4)
    for (const [x, value] of shown(65_535, ...light).entries()) expect(Math.abs(value - exact[x]!)).toBeLessThan(0.51)
  })
})

test('only every third place is filled', () => {
  const into = new Uint8Array(6).fill(9)
  new GammaTable(255).show(Float32Array.of(1, 0), into, 2)
  expect([...into]).toEqual([9, 9, 255, 9, 9, 0])
})

test('a color is shown as it was chosen', () => {
  for (let value = 0; value <= 255; value++) expect(shown(255, lightOf(value / 255))).toEqual([value])
})
