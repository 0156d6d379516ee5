import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type CardValue, Header, openFits, readWcs, type TangentWcs } from '../src/index.js'
import { fixture } from './support.js'

interface Places {
  readonly pixels: readonly (readonly [number, number])[]
  /** In degrees, as astropy has them. */
  readonly sky: readonly (readonly [number, number])[]
}

interface Known extends Places {
  readonly header: Readonly<Record<string, CardValue>>
}

interface Real extends Places {
  readonly file: string
  readonly hdu: number
  readonly distortions: readonly string[]
}

const known = JSON.parse(readFileSync(fixture('expected-wcs.json'), 'utf8')) as Record<string, Known>
const real = JSON.parse(readFileSync(fixture('expected-wcs-real.json'), 'utf8')) as readonly Real[]

const FILES = fileURLToPath(new URL('../../../../shared/fits/files/real', import.meta.url))
if (!existsSync(FILES)) console.warn(`*** wcs.test.ts is skipped in part: there are no files in ${FILES}`)

function headerOf(cards: Readonly<Record<string, CardValue | undefined>>): Header {
  return Object.entries(cards).reduce(
    (header, [keyword, value]) => (value === undefined ? header : header.set(keyword, value)),
    new Header(),
  )
}

/** Checks places against astropy to a billionth of a degree, and the way back to a millionth of a pixel. */
function checkPlaces(wcs: TangentWcs, { pixels, sky }: Places): void {
  for (const [i, [x, y]] of pixels.entries()) {
    const [lon, lat] = sky[i]!
    const place = wcs.pixelToSky(x, y)
    expect(place.lon).toBeGreaterThanOrEqual(0)
    expect(place.lon).toBeLessThan(360)
    const turn = ((((place.lon - lon) % 360) + 540) % 360) - 180
    expect(Math.abs(turn * Math.cos((lat * Math.PI) / 180))).toBeLessThan(1e-9)
    expect(Math.abs(place.lat - lat)).toBeLessThan(1e-9)
    const back = wcs.skyToPixel(place.lon, place.lat)!
    expect(Math.hypot(back.x - x, back.y - y)).toBeLessThan(1e-6)
  }
}

test.each(Object.entries(known))('%s: the sky is where astropy has it', (_, { header, pixels, sky }) => {
  checkPlaces(readWcs(headerOf(header))!, { pixels, sky })
})

describe.skipIf(!existsSync(FILES))('real files', () => {
  test.each(real.filter(({ file }) => !/\.(?:bz2|Z)$/.test(file)))('$file, HDU $hdu', async (entry) => {
    await using fits = await openFits(`${FILES}/${entry.file}`)
    const { header } = fits.hdus[entry.hdu]!
    if (entry.distortions.length > 0) {
      expect(() => readWcs(header)).toThrow(expect.objectContaining({ code: 'FITS_UNSUPPORTED' }))
    } else checkPlaces(readWcs(header)!, entry)
  })
})

const tan = known.cd!.header
const sip = known.sip!.header

test.each<[string, string, Record<string, CardValue | undefined>]>([
  ['another projection', 'FITS_UNSUPPORTED', { CTYPE1: 'RA---SIN', CTYPE2: 'DEC--SIN' }],
  ['another projection of one axis', 'FITS_UNSUPPORTED', { CTYPE2: 'DEC--ZEA' }],
  ['polynomials of SCAMP', 'FITS_UNSUPPORTED', { PV1_1: 1, PV1_7: 0.1 }],
  ['distortion tables', 'FITS_UNSUPPORTED', { CPDIS1: 'LOOKUP' }],
  ['a scale of nothing', 'FITS_INVALID', { CD1_1: 0, CD1_2: 0 }],
  ['a reference that is no number', 'FITS_INVALID', { CRPIX2: 'middle' }],
  ['a latitude beyond the pole', 'FITS_INVALID', { CRVAL2: 91 }],
  ['a unit of something else', 'FITS_INVALID', { CUNIT1: 'Hz' }],
  ['the first of two polynomials', 'FITS_INVALID', { ...sip, B_ORDER: undefined }],
  ['the second of two polynomials', 'FITS_INVALID', { ...sip, A_ORDER: undefined }],
  ['a first polynomial of order 1', 'FITS_INVALID', { ...sip, A_ORDER: 1 }],
  ['another reference point than the centre', 'FITS_UNSUPPORTED', { PV1_1: 0, PV1_2: 80 }],
  ['an order out of range', 'FITS_INVALID', { ...sip, A_ORDER: 1e9 }],
])('%s is refused', (_, code, changes) => {
  expect(() => readWcs(headerOf({ ...tan, ...changes }))).toThrow(expect.objectContaining({ code }))
})

test.each<[string, Record<string, CardValue | undefined>]>([
  ['nothing', { CTYPE1: undefined, CTYPE2: undefined }],
  ['something linear', { CTYPE1: 'LINEAR', CTYPE2: 'LINEAR' }],
  ['axes that are no pair', { CTYPE2: 'GLAT-TAN' }],
  ['one longitude', { CTYPE2: 'FREQ' }],
])('a header that says %s has none', (_, changes) => {
  expect(readWcs(headerOf({ ...tan, ...changes }))).toBeUndefined()
})

test('a place behind the observer has no pixel', () => {
  const wcs = readWcs(headerOf(tan))!
  expect(wcs.skyToPixel(263.633, -22.0145)).toBeUndefined()
  expect(wcs.skyToPixel(83.633, 22.0145 - 90)).toBeUndefined()
  expect(wcs.skyToPixel(83.633, 22.0145)).toEqual({ x: 1023.5, y: 899.25 })
})

test('a distortion without a way back says so', () => {
  const folded = headerOf({ ...tan, A_ORDER: 2, A_2_0: 1e-3, B_ORDER: 2 })
  expect(readWcs(folded)!.skyToPixel(83.633 + 1, 22.0145)).toBeUndefined()
})

describe('places of two images compare', () => {
  const system = (changes: Record<string, CardValue>) => readWcs(headerOf({ ...tan, ...changes }))?.system

  test.each([{ RADESYS: 'ICRS' }, { RADESYS: 'FK5' }, { EQUINOX: 2000 }, { CTYPE1: 'RA---TAN-SIP' }])(
    'with %j',
    (changes) => {
      expect(system(changes)).toBe(system({}))
    },
  )

  test.each([{ EQUINOX: 1950 }, { RADESYS: 'FK4' }, { CTYPE1: 'GLON-TAN', CTYPE2: 'GLAT-TAN' }])(
    'not with %j',
    (changes) => {
      expect(system(changes)).not.toBe(system({}))
    },
  )
})
