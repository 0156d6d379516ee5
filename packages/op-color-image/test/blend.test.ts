import { expect, test } from 'vitest'
import { Blend } from '../src/blend.js'

const limits = { low: 100, high: 300 }
const red = { r: 255, g: 0, b: 0 }
const { NaN: missing, POSITIVE_INFINITY: infinity } = Number

test('a row has light in proportion to its values between the limits', () => {
  const blend = new Blend(7, 2)
  blend.addRow(1, Float64Array.of(0, 100, 150, 200, 300, 900, missing), limits, red)
  expect([...blend.row(0, 1)]).toEqual([0, 0, 0.25, 0.5, 1, 1, 0])
  expect(
    [...blend.planes[0].subarray(0, 7), ...blend.planes[1], ...blend.planes[2]].every((light) => light === 0),
  ).toBe(true)
})

test('channels are added up, whatever their order', () => {
  const rows = [Float64Array.of(150, infinity), Float64Array.of(300, -infinity), Float64Array.of(120, 130)]
  const colors = [red, { r: 255, g: 255, b: 0 }, { r: 0, g: 0, b: 255 }]
  const blendOf = (order: number[]) => {
    const blend = new Blend(2, 1)
    for (const index of order) blend.addRow(0, rows[index]!, limits, colors[index]!)
    return blend.planes.map((plane) => [...plane].map((light) => Math.round(light * 1e6) / 1e6))
  }
  expect(blendOf([0, 1, 2])).toEqual([
    [1.25, 1],
    [1, 0],
    [0.1, 0.15],
  ])
  expect(blendOf([2, 1, 0])).toEqual(blendOf([0, 1, 2]))
})

test('half a color as screens show it is much less than half its light', () => {
  const blend = new Blend(1, 1)
  blend.addRow(0, Float64Array.of(300), limits, { r: 127.5, g: 0, b: 0 })
  expect(blend.planes[0][0]).toBeCloseTo(0.5 ** 2.5, 6)
})

test('limits may be as far apart as numbers are', () => {
  const blend = new Blend(3, 1)
  blend.addRow(0, Float64Array.of(-1e308, 0, 1e308), { low: -1e308, high: 1e308 }, red)
  expect([...blend.row(0, 0)]).toEqual([0, 0.5, 1])
})
