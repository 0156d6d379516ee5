import { readWcs, type Samples } from '@datalab/fits'
import { describe, expect, test } from 'vitest'
import { centreOf, facts, fixture, fluxOf, stacked } from './fields.js'

const planes = Array.from({ length: 7 }, (_, index) => `plane-${index}.fits`)
const fields = facts.names.map((name) => `field-${name}.fits`)

/** The largest difference; Infinity where only one of them has a value. */
function differenceOf(found: Samples, expected: Samples): number {
  return Float64Array.from(found).reduce((most, value, pixel) => {
    const other = expected[pixel] as number
    if (Number.isNaN(value) && Number.isNaN(other)) return most
    const difference = Math.abs(value - other)
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference)
  }, 0)
}

describe('pixel by pixel, as numpy and astropy do it', () => {
  test('sums', async () => {
    expect((await stacked(planes, 'simple')).image.data).toEqual((await fixture('sum')).data)
  })

  test('means', async () => {
    expect((await stacked(planes, 'mean')).image.data).toEqual((await fixture('mean')).data)
  })

  test('means without outliers', async () => {
    const [{ image }, expected] = [await stacked(planes, 'sigma-clip'), await fixture('clipped')]
    expect(differenceOf(image.data, expected.data)).toBeLessThan(1e-4)
  })
})

describe('laid on the first, as reproject_exact does it', () => {
  test('pixel by pixel, on the same grid', async () => {
    const [{ image, warnings }, expected] = [await stacked(fields, 'reproject'), await fixture('laid')]
    expect([image.width, image.height]).toEqual([expected.width, expected.height])
    for (const keyword of ['CRPIX1', 'CRPIX2', 'CRVAL1', 'CRVAL2', 'CD1_1', 'CD2_2'])
      expect(image.header.get(keyword)).toBe(expected.header.get(keyword))
    const brightest = Math.max(...expected.data.filter(Number.isFinite))
    expect(differenceOf(image.data, expected.data)).toBeLessThan(1e-3 * brightest)
    expect(warnings).toEqual([])
  })

  test('all flux is kept', async () => {
    const { image } = await stacked(fields, 'reproject')
    expect(fluxOf(image.data) / facts.flux).toBeCloseTo(1, 6)
  })

  // Whichever frame is the first: the one with SIP distortions, the mirrored and coarser one, ...
  test.each(fields)('stars are where the header of the result says, on the pixels of %s', async (first) => {
    const others = fields.filter((name) => name !== first)
    const { image } = await stacked([first, ...others], 'reproject')
    expect(fluxOf(image.data) / facts.flux).toBeCloseTo(1, 6)
    const wcs = readWcs(image.header)
    for (const [ra, dec] of facts.stars) {
      const place = wcs?.skyToPixel(ra, dec) ?? { x: Number.NaN, y: Number.NaN }
      const found = centreOf(image, place)
      expect(Math.hypot(found.x - place.x, found.y - place.y)).toBeLessThan(0.05)
    }
  })
})
