import { seededRandom } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { type Quad, starQuads } from '../src/star-quads.js'

const square = [
  { x: 0, y: 0 },
  { x: 100, y: 100 },
  { x: 30, y: 40 },
  { x: 60, y: 80 },
]

/** So many places in a large field. */
function strewn(count: number) {
  const random = seededRandom(2)
  return Array.from({ length: count }, () => ({ x: random.between(0, 5000), y: random.between(0, 5000) }))
}

/** The quads with their codes to ten digits. */
function rounded(quads: readonly Quad[]): Quad[] {
  return quads.map(({ stars, code }) => ({
    stars,
    code: code.map((value) => Math.round(value * 1e10) / 1e10) as unknown as Quad['code'],
  }))
}

test('the code is where the inner two are, seen from the outer two', () => {
  expect(rounded(starQuads(square))).toEqual([{ stars: [0, 1, 2, 3], code: [0.3, 0.4, 0.6, 0.8] }])
})

test('is written from the end at which the inner two begin', () => {
  const turned = square.map(({ x, y }) => ({ x: 100 - x, y: 100 - y }))
  expect(rounded(starQuads(turned))).toEqual([{ stars: [0, 1, 2, 3], code: [0.3, 0.4, 0.6, 0.8] }])
})

test('the order of the list does not matter', () => {
  const [quad] = rounded(starQuads([2, 0, 3, 1].map((place) => square[place]!)))
  expect(quad).toEqual({ stars: [1, 3, 0, 2], code: [0.3, 0.4, 0.6, 0.8] })
})

describe('so many quads', () => {
  test.each([
    [3, 0],
    [4, 1],
    [5, 5],
    [12, 495],
  ])('of %s stars: %s, all there are', (count, quads) => {
    expect(starQuads(strewn(count))).toHaveLength(quads)
  })

  test('of many stars: some of each', () => {
    const quads = starQuads(strewn(300))
    expect(quads.length).toBeLessThan(300 * 40)
    expect(new Set(quads.flatMap((quad) => quad.stars)).size).toBeGreaterThan(295)
    expect(new Set(quads.map((quad) => [...quad.stars].sort().join())).size).toBe(quads.length)
  })
})

test('stars that are too close tell nothing', () => {
  expect(starQuads(square.map(({ x, y }) => ({ x: x / 20, y: y / 20 })))).toEqual([])
})
