import { readFileSync } from 'node:fs'
import { type CardValue, Header } from '@datalab/fits'
import { expect, test } from 'vitest'
import { type Affine, mapped } from '../src/affine.js'
import { alignSky, gridOver } from '../src/align-sky.js'

const known = JSON.parse(readFileSync(new URL('fixtures/wcs.json', import.meta.url), 'utf8'))

function image(name: string, changes: Record<string, CardValue> = {}) {
  const cards = { ...(known[name].header as Record<string, CardValue>), ...changes }
  const header = Object.entries(cards).reduce((made, [keyword, value]) => made.set(keyword, value), new Header())
  return { header, width: 300, height: 200 }
}

test('places are where astropy has them, to a hundredth of a pixel', () => {
  const map = alignSky(image('cd'), image('pc')) as Affine
  for (const [index, [x, y]] of known.cd.pixels.entries()) {
    const there = mapped(map, { x, y })
    const [u, v] = known.cd['in pc'][index]
    expect(Math.hypot(there.x - u, there.y - v)).toBeLessThan(0.01)
  }
})

test('an image is on itself', () => {
  for (const name of ['cd', 'crota', 'swapped', 'near-pole', 'round-zero', 'galactic']) {
    const map = alignSky(image(name), image(name)) as Affine
    for (const place of gridOver({ width: 300, height: 200 })) {
      const { x, y } = mapped(map, place)
      expect(Math.hypot(x - place.x, y - place.y)).toBeLessThan(1e-4)
    }
  }
})

test.each([
  ['without a header that says so', image('cd'), { ...image('cd'), header: new Header() }],
  ['in another sky', image('cd'), image('galactic')],
])('there is no way %s', (_, first, second) => {
  expect(alignSky(first, second)).toBeUndefined()
})

test('what is behind the observer is elsewhere', () => {
  expect(alignSky(image('cd'), image('cd', { CRVAL1: 263.6 }))).toBe('elsewhere')
})

test('the grid reaches from corner to corner', () => {
  const grid = gridOver({ width: 5, height: 3 })
  expect(grid).toHaveLength(81)
  expect(grid[0]).toEqual({ x: 0, y: 0 })
  expect(grid.at(-1)).toEqual({ x: 4, y: 2 })
})
