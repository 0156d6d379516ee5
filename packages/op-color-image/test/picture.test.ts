import { expect, test } from 'vitest'
import { Blend } from '../src/blend.js'
import { Picture } from '../src/picture.js'

/** Two columns and three rows of white, in the color of the row. */
function stripes(): Blend {
  const blend = new Blend(2, 3)
  const limits = { low: 0, high: 1 }
  blend.addRow(0, Float64Array.of(1, 1), limits, { r: 255, g: 0, b: 0 })
  blend.addRow(1, Float64Array.of(1, 1), limits, { r: 0, g: 255, b: 0 })
  blend.addRow(2, Float64Array.of(0, 1), limits, { r: 0, g: 0, b: 255 })
  return blend
}

test('the bottom row of the blend is the last of the picture', () => {
  const bytes = new Uint8Array(18)
  new Picture(stripes()).fill(0, 3, bytes)
  expect([...bytes]).toEqual([0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0])
})

test('a part of the rows, in 16 bits', () => {
  const words = new Uint16Array(6)
  new Picture(stripes()).fill(2, 3, words)
  expect([...words]).toEqual([65_535, 0, 0, 65_535, 0, 0])
})

test('cropped, it is the lower left corner', () => {
  const bytes = new Uint8Array(6)
  const picture = new Picture(stripes(), { width: 1, height: 2 })
  picture.fill(0, 2, bytes)
  expect(picture).toMatchObject({ width: 1, height: 2 })
  expect([...bytes]).toEqual([0, 255, 0, 255, 0, 0])
})
