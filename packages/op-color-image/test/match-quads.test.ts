import { starField } from '@datalab/testing'
import { expect, test } from 'vitest'
import { matchQuads } from '../src/match-quads.js'
import { type Quad, starQuads } from '../src/star-quads.js'

const quad = (stars: Quad['stars'], code: Quad['code']): Quad => ({ stars, code })

test('pairs the stars of quads with nearly equal codes, the nearest first', () => {
  const first = [quad([0, 1, 2, 3], [0.2, 0.3, 0.4, 0.5])]
  const second = [
    quad([4, 5, 6, 7], [0.21, 0.3, 0.4, 0.5]),
    quad([7, 6, 5, 4], [0.2, 0.302, 0.4, 0.5]),
    quad([8, 9, 10, 11], [0.2, 0.3, 0.42, 0.5]),
    quad([8, 9, 10, 11], [0.2, 0.3, 0.4, 0.48]),
    quad([8, 9, 10, 11], [0.1, 0.3, 0.4, 0.5]),
  ]
  expect(matchQuads(first, second)).toEqual([
    [
      [0, 7],
      [1, 6],
      [2, 5],
      [3, 4],
    ],
    [
      [0, 4],
      [1, 5],
      [2, 6],
      [3, 7],
    ],
  ])
})

test('finds what comparing all with all finds', () => {
  const [a, b] = [1, 2].map((seed) => starQuads(starField({ seed, width: 300, stars: 60, noise: false }).stars)) as [
    Quad[],
    Quad[],
  ]
  const near = (x: Quad, y: Quad) => x.code.every((value, place) => Math.abs(value - y.code[place]!) <= 0.015)
  const all = a.flatMap((x) => b.filter((y) => near(x, y)))
  expect(matchQuads(a, b)).toHaveLength(all.length)
})

test('nothing matches nothing', () => {
  expect(matchQuads([], [quad([0, 1, 2, 3], [0, 0, 0, 0])])).toEqual([])
  expect(matchQuads([quad([0, 1, 2, 3], [0, 0, 0, 0])], [])).toEqual([])
})
