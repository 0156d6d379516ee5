import { describe, expect, test } from 'vitest'
import { distance } from '../src/affine.js'
import { centreOf } from '../src/star-centre.js'
import { drawn, gaussian } from './support.js'

const star = { x: 20.37, y: 18.81 }
const field = (sigma: number, level = 50) => drawn(40, 40, (x, y) => level + gaussian({ x, y }, star, 1e5, sigma))

describe('the centre of a star', () => {
  test.each([1, 1.5, 3])('of a standard deviation of %s is found to a thousandth of a pixel', (sigma) => {
    const centre = centreOf(field(sigma), 50, { x: 20, y: 19 }, sigma)
    expect(distance(centre!, star)).toBeLessThan(1e-3)
    // Half the light of a star is in a window that is as wide.
    expect(Math.abs(centre!.flux / 5e4 - 1)).toBeLessThan(0.02)
  })

  test('does not depend much on the width of the window', () => {
    for (const width of [1.2, 2.5]) expect(distance(centreOf(field(1.7), 50, star, width)!, star)).toBeLessThan(2e-3)
  })

  test('that is saturated is in its middle', () => {
    const pixels = field(3)
    const cut = { ...pixels, data: pixels.data.map((value) => Math.min(value, 700)) }
    expect(distance(centreOf(cut, 50, { x: 21, y: 18 }, 4)!, star)).toBeLessThan(0.02)
  })
})

test.each([
  ['the window meets the edge', { x: 3, y: 20 }, field(1)],
  ['a value is missing', { x: 20, y: 19 }, drawn(40, 40, (x, y) => (x === 21 && y === 20 ? Number.NaN : 60))],
  ['there is no light', { x: 20, y: 19 }, drawn(40, 40, () => 40)],
  ['the star is elsewhere', { x: 12, y: 11 }, field(3)],
])('there is none where %s', (_, start, pixels) => {
  expect(centreOf(pixels, 50, start, 1.5)).toBeUndefined()
})
