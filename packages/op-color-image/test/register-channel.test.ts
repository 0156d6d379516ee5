import { type CardValue, Header } from '@datalab/fits'
import { starField } from '@datalab/testing'
import { expect, test } from 'vitest'
import { detectStars } from '../src/detect-stars.js'
import { registerChannel, type Sighting } from '../src/register-channel.js'
import { pixelsOf } from './support.js'

const WCS = {
  CTYPE1: 'RA---TAN',
  CTYPE2: 'DEC--TAN',
  CRVAL1: 10,
  CRVAL2: 20,
  CRPIX1: 100,
  CRPIX2: 100,
  CDELT1: -1e-4,
  CDELT2: 1e-4,
}

function headerOf(cards: Record<string, CardValue>): Header {
  return Object.entries(cards).reduce((made, [keyword, value]) => made.set(keyword, value), new Header())
}

async function seen(
  options: Parameters<typeof starField>[0],
  cards: Record<string, CardValue> = {},
): Promise<Sighting> {
  const pixels = pixelsOf(starField({ width: 200, ...options }))
  const detect = () => detectStars(pixels)
  return { width: 200, height: 200, catalogue: [], detect, header: headerOf(cards) }
}

test('by the stars, whatever the headers say', async () => {
  const found = await registerChannel(
    await seen({ stars: 60 }, WCS),
    await seen({ stars: 60, exposure: 1, shift: [8.5, 3] }, { ...WCS, CRPIX1: 20 }),
  )
  expect(found).toMatchObject({ by: 'stars' })
  expect('map' in found && found.map.dx).toBeCloseTo(8.5, 1)
})

test('a shift by whole pixels is one', async () => {
  const field = await seen({ stars: 60, noise: false })
  const other = await seen({ stars: 60, noise: false, shift: [-5, 11] })
  expect(await registerChannel(field, other)).toMatchObject({ map: { xx: 1, xy: 0, yx: 0, yy: 1, dx: -5, dy: 11 } })
})

test('by the headers where stars do not tell', async () => {
  const found = await registerChannel(
    await seen({ stars: 0 }, WCS),
    await seen({ stars: 0 }, { ...WCS, CRPIX1: 140.5 }),
  )
  expect(found).toMatchObject({ by: 'header' })
  expect('map' in found && found.map.dx).toBeCloseTo(40.5, 3)
})

test.each([
  [
    'no star in it',
    { stars: 60 },
    { stars: 0 },
    {},
    {},
    '0 stars can be told in it, and 4 are needed, and the headers have no TAN coordinates to place it by',
  ],
  [
    'one star in the first',
    { stars: 1, seed: 5 },
    { stars: 60 },
    {},
    WCS,
    '1 star can be told in the first, and 4 are needed, and the headers have no TAN coordinates to place it by',
  ],
  [
    'other stars',
    { stars: 60 },
    { stars: 60, seed: 2 },
    WCS,
    {},
    /^its \d+ stars do not match the \d+ stars of the first, and the headers have no TAN coordinates to place it by$/,
  ],
  [
    'another part of the sky',
    { stars: 60 },
    { stars: 60, seed: 2 },
    WCS,
    { ...WCS, CRVAL1: 11 },
    'by its header it shows another part of the sky',
  ],
  [
    'the other side of the sky',
    { stars: 60 },
    { stars: 60, seed: 2 },
    WCS,
    { ...WCS, CRVAL1: WCS.CRVAL1 + 180, CRVAL2: -WCS.CRVAL2 },
    'by its header it shows another part of the sky',
  ],
])('with %s it says why not', async (_, first, second, cards, others, problem) => {
  const found = await registerChannel(await seen(first, cards), await seen(second, others))
  expect(found).toEqual({ problem: typeof problem === 'string' ? problem : expect.stringMatching(problem) })
})
