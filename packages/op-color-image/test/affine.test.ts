import { describe, expect, test } from 'vitest'
import { IDENTITY, isWholeShift, mapped, scaleOf, snapped } from '../src/affine.js'

test('maps places', () => {
  expect(mapped({ xx: 1, xy: 2, yx: 3, yy: 4, dx: 5, dy: 6 }, { x: 10, y: 100 })).toEqual({ x: 215, y: 436 })
  expect(mapped(IDENTITY, { x: 7, y: -3 })).toEqual({ x: 7, y: -3 })
})

test.each([
  ['a turn', { ...IDENTITY, xx: 0, xy: -1, yx: 1, yy: 0 }, 1],
  ['a mirror', { ...IDENTITY, xx: -1 }, 1],
  ['a scale', { ...IDENTITY, xx: 3, yy: 3 }, 3],
  ['two scales', { ...IDENTITY, xx: 2, yy: 8 }, 4],
])('the scale of %s', (_, map, scale) => {
  expect(scaleOf(map)).toBeCloseTo(scale, 12)
})

describe('a map that is nearly a shift by whole pixels', () => {
  const size = { width: 1000, height: 500 }

  test('is taken for one', () => {
    const map = { xx: 1 + 1e-6, xy: 3e-6, yx: -3e-6, yy: 1 - 1e-6, dx: 3.005, dy: -6.995 }
    expect(snapped(map, size)).toEqual({ ...IDENTITY, dx: 3, dy: -7 })
    expect(isWholeShift(snapped(map, size))).toBe(true)
  })

  test.each([
    ['shifted by part of a pixel', { ...IDENTITY, dx: 0.1 }],
    ['turned so that its corners move', { ...IDENTITY, xy: -5e-5, yx: 5e-5 }],
    ['mirrored', { ...IDENTITY, xx: -1, dx: 999 }],
  ])('but not one that is %s', (_, map) => {
    expect(snapped(map, size)).toBe(map)
    expect(isWholeShift(map)).toBe(false)
  })
})
