import { expect, test } from 'vitest'
import { lanczosKernel } from '../src/lanczos.js'

const at = ({ taps, weights }: ReturnType<typeof lanczosKernel>, phase: number) => [
  ...weights.subarray(phase * taps, (phase + 1) * taps),
]

test('on a pixel it is that pixel alone', () => {
  const kernel = lanczosKernel(1)
  expect(kernel.taps).toBe(6)
  expect(at(kernel, 0)).toEqual([0, 0, 1, 0, 0, 0])
  expect(at(kernel, kernel.phases)).toEqual([0, 0, 0, 1, 0, 0])
})

test('in the middle it is as published', () => {
  // sinc(x) sinc(x / 3) at 0.5, 1.5 and 2.5, over its sum.
  const values = [0.5, 1.5, 2.5].map(
    (x) => (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2,
  )
  const sum = 2 * values.reduce((total, value) => total + value, 0)
  const half = at(lanczosKernel(1), 512)
  for (const [place, value] of [values[2], values[1], values[0], values[0], values[1], values[2]].entries())
    expect(half[place]).toBeCloseTo(value! / sum, 12)
})

test.each([0.3, 1, 1.7, 2, 8, 100])('at the scale %s the weights of each place add up to 1', (scale) => {
  const kernel = lanczosKernel(scale)
  for (let phase = 0; phase <= kernel.phases; phase += 64)
    expect(at(kernel, phase).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
})

test('is wider where the image is made smaller, up to a bound', () => {
  expect([0.5, 1, 1.5, 2, 8, 100].map((scale) => lanczosKernel(scale).taps)).toEqual([6, 6, 10, 12, 48, 48])
})
