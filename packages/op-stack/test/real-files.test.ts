import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalSource, wizardDescription } from '@datalab/core'
import { encodeImage, type Image, readImage, readWcs } from '@datalab/fits'
import { MemorySource } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { Stacking } from '../src/index.js'
import { fluxOf, stacked } from './fields.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

const source = new LocalSource({ roots: { real } })
const frames = ['ptr_datalab__fits_1.fits.fz', 'ptr_datalab__fits_2.fits.fz'] as const

/** The largest difference of an image from what is expected of each pixel. */
function differenceFrom({ data }: Image, expected: (pixel: number) => number): number {
  return Float64Array.from(data).reduce((most, value, pixel) => Math.max(most, Math.abs(value - expected(pixel))), 0)
}

describe.skipIf(!isThere)('real files', () => {
  test('archive frames: every pixel of their sum and mean, and what the header says', async () => {
    const [a, b] = await Promise.all(frames.map((name) => readImage(join(real, name))))
    const { image: sum } = await stacked(frames, 'simple', source)
    expect(differenceFrom(sum, (pixel) => Math.fround(a!.data[pixel]! + b!.data[pixel]!))).toBe(0)
    const { image: mean } = await stacked(frames, 'mean', source)
    expect(differenceFrom(mean, (pixel) => Math.fround((a!.data[pixel]! + b!.data[pixel]!) / 2))).toBe(0)
    expect(sum.header.get('NCOMBINE')).toBe(2)
  }, 60_000)

  // TAN, and TAN-SIP with distortions of several pixels.
  test.each(['astropy__m13.fits', 'astropy-data__HorseHead.fits', 'astroquery__thumbnail-image.fit.gz'])(
    '%s laid on itself, shifted: all of its flux, where its header says',
    async (name) => {
      const before = await readImage(join(real, name))
      const shifted = before.header
        .set('CRPIX1', before.header.getNumber('CRPIX1')! + 3.4)
        .set('CRPIX2', before.header.getNumber('CRPIX2')! - 7.7)
      const bytes = (header: Image['header']) => Buffer.concat([...encodeImage({ ...before, header })])
      const memory = new MemorySource({ first: bytes(before.header), second: bytes(shifted) }, { name: 'local' })
      const { image } = await stacked(['first', 'second'], 'reproject', memory)
      expect(fluxOf(image.data) / (2 * fluxOf(before.data))).toBeCloseTo(1, 6)
      const [old, found] = [readWcs(before.header), readWcs(image.header)]
      const place = old!.pixelToSky(20, 30)
      const there = found!.skyToPixel(place.lon, place.lat)!
      expect([there.x % 1, there.y % 1].map((part) => Math.abs(part - Math.round(part)))).toEqual([
        expect.closeTo(0, 6),
        expect.closeTo(0, 6),
      ])
    },
    60_000,
  )

  test('the form is the one that front ends were made for, with more modes', () => {
    const known = JSON.parse(readFileSync(join(shared, 'available_operations.json'), 'utf8')).Stacking
    const { stacking_mode, ...inputs } = wizardDescription(Stacking.info).inputs
    const { options, ...mode } = stacking_mode as unknown as { options: string[] }
    const { options: originals, ...original } = known.inputs.stacking_mode
    expect({ ...wizardDescription(Stacking.info), inputs }).toEqual({
      ...known,
      inputs: { input_files: known.inputs.input_files },
    })
    expect(mode).toEqual(original)
    expect(options).toEqual(expect.arrayContaining(originals))
  })
})
