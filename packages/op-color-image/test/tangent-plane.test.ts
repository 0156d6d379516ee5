import { readFileSync } from 'node:fs'
import { type CardValue, Header } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { tangentPlaneOf } from '../src/tangent-plane.js'

interface Known {
  readonly header: Readonly<Record<string, CardValue>>
  readonly pixels: readonly (readonly [number, number])[]
  /** In degrees, as astropy has them. */
  readonly sky: readonly (readonly [number, number])[]
}

const known = JSON.parse(readFileSync(new URL('fixtures/wcs.json', import.meta.url), 'utf8')) as Record<string, Known>
const DEGREE = Math.PI / 180

const headerOf = (cards: Known['header']) =>
  Object.entries(cards).reduce((header, [keyword, value]) => header.set(keyword, value), new Header())

describe.each(Object.entries(known))('the header %s', (_, { header, pixels, sky }) => {
  const plane = tangentPlaneOf(headerOf(header))!

  test('has the sky where astropy has it', () => {
    for (const [index, [x, y]] of pixels.entries()) {
      const [longitude, latitude] = sky[index]!
      const place = plane.toSky({ x, y })
      const turn = (place.longitude / DEGREE - longitude + 540) % 360
      expect((turn - 180) * Math.cos(place.latitude)).toBeCloseTo(0, 10)
      expect(place.latitude / DEGREE).toBeCloseTo(latitude, 10)
    }
  })

  test('has its pixels where astropy has them', () => {
    for (const [index, [longitude, latitude]] of sky.entries()) {
      const pixel = plane.toPixel({ longitude: longitude * DEGREE, latitude: latitude * DEGREE })
      expect(pixel!.x).toBeCloseTo(pixels[index]![0], 5)
      expect(pixel!.y).toBeCloseTo(pixels[index]![1], 5)
    }
  })
})

const tan = known.cd!.header

describe('there is none', () => {
  test.each<[string, Record<string, CardValue | undefined>]>([
    ['without world coordinates', { CTYPE1: undefined, CTYPE2: undefined }],
    ['in another projection', { CTYPE1: 'RA---SIN', CTYPE2: 'DEC--SIN' }],
    ['with axes that are no pair', { CTYPE2: 'GLAT-TAN' }],
    ['without a scale', { CD1_1: undefined, CD1_2: undefined, CD2_1: undefined, CD2_2: undefined }],
    ['with a scale of nothing', { CD1_1: 0, CD1_2: 0 }],
    ['without a reference', { CRVAL1: undefined }],
    ['with a reference that is no number', { CRPIX2: 'middle' }],
    ['with another pole', { LONPOLE: 0 }],
  ])('%s', (_, changes) => {
    const cards = Object.entries({ ...tan, ...changes }).filter(([, value]) => value !== undefined)
    expect(tangentPlaneOf(headerOf(Object.fromEntries(cards) as Known['header']))).toBeUndefined()
  })
})

describe('places of two images compare', () => {
  const system = (changes: Record<string, CardValue>) => tangentPlaneOf(headerOf({ ...tan, ...changes }))?.system

  test.each([
    { RADESYS: 'ICRS' },
    { RADESYS: 'FK5' },
    { EQUINOX: 2000 },
    { CTYPE1: 'RA---TAN-SIP', CTYPE2: 'DEC--TAN-SIP' },
  ])('with %j', (changes) => {
    expect(system(changes)).toBe(system({}))
  })

  test.each([{ EQUINOX: 1950 }, { RADESYS: 'FK4' }, { CTYPE1: 'GLON-TAN', CTYPE2: 'GLAT-TAN' }])(
    'not with %j',
    (changes) => {
      expect(system(changes)).not.toBe(system({}))
    },
  )
})

test('a place behind the observer has no pixel', () => {
  expect(tangentPlaneOf(headerOf(tan))!.toPixel({ longitude: 263.6 * DEGREE, latitude: 5.4 * DEGREE })).toBeUndefined()
})
