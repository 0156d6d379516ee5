import { describe, expect, test } from 'vitest'
import { mapped } from '../src/affine.js'
import { fitAffine, fitSimilarity } from '../src/fit-affine.js'

const corners = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
  { x: 0, y: 50 },
  { x: 100, y: 50 },
]

describe('the affine map', () => {
  test('is the nearest: what the pairs disagree in is shared', () => {
    const pairs = corners.map((from, index) => ({ from, to: { x: from.x + (index === 0 ? 4 : 0), y: from.y } }))
    const map = fitAffine(pairs)
    // The mean of the errors is 1, and so is what each axis takes of it.
    const errors = corners.map((from, index) => mapped(map!, from).x - pairs[index]!.to.x)
    expect(errors.map((error) => Math.round(error * 1e9) / 1e9)).toEqual([-1, 1, 1, -1])
  })

  test('a pair of more weight counts more', () => {
    const pairs = corners.map((from, index) => ({
      from,
      to: { x: from.x + (index === 0 ? 4 : 0), y: from.y },
      weight: index === 0 ? 1e9 : 1,
    }))
    expect(mapped(fitAffine(pairs)!, corners[0]!).x).toBeCloseTo(4, 6)
  })

  test.each([
    ['nothing', []],
    ['two pairs', corners.slice(0, 2)],
    ['points on one line', [0, 1, 2, 3].map((x) => ({ x, y: 2 * x }))],
    ['points in one place', [1, 1, 1, 1].map((x) => ({ x, y: x }))],
  ])('is not to be had from %s', (_, points) => {
    expect(fitAffine(points.map((from) => ({ from, to: from })))).toBeUndefined()
  })
})

describe('the similarity', () => {
  test.each([
    ['nothing', []],
    ['one pair', corners.slice(0, 1)],
    ['points in one place', [1, 1, 1].map((x) => ({ x, y: x }))],
  ])('is not to be had from %s', (_, points) => {
    expect(fitSimilarity(points.map((from) => ({ from, to: from })))).toBeUndefined()
  })

  test('is not to be had where all go to one place', () => {
    expect(fitSimilarity(corners.map((from) => ({ from, to: { x: 3, y: 3 } })))).toBeUndefined()
  })
})
