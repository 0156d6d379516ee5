import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wizardDescription } from '@datalab/core'
import { type Image, readImage } from '@datalab/fits'
import { memoryImages } from '@datalab/testing'
import { describe, expect, test } from 'vitest'
import { type Affine, distance, mapped, type Point } from '../src/affine.js'
import { alignSky } from '../src/align-sky.js'
import { alignStars } from '../src/align-stars.js'
import { detectStars } from '../src/detect-stars.js'
import { ColorImage } from '../src/index.js'
import type { Pixels } from '../src/pixels.js'
import { BLUE, channel, GREEN, pictured, pixelAt, RED, tiffOf } from './pictures.js'
import { drawn } from './support.js'

// Files that lie beside a checkout of the project, not in it: see the folder's own README for where they come from.
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const real = join(shared, 'fits/files/real')
const isThere = existsSync(real)
if (!isThere) console.warn(`SKIPPED: the tests on real files, since ${real} is not there.`)

const names = [
  'astropy__m13.fits',
  'astropy__comp.fits',
  'astropy-data__M6707HH.fits',
  'astropy-data__HorseHead.fits',
  'astropy-data__gc_2mass_h.fits',
  'sep__image.fits',
]

/** The same sky, laid differently without any value being changed: what it looks like, and where its places go. */
interface Laid {
  readonly pixels: Pixels
  place(from: Point): Point
}

const ways: Readonly<Record<string, (image: Pixels) => Laid>> = {
  'turned by 90 degrees': ({ data, width, height }) => ({
    pixels: drawn(height, width, (x, y) => data[x * width + (width - 1 - y)] as number),
    place: ({ x, y }) => ({ x: y, y: width - 1 - x }),
  }),
  mirrored: ({ data, width, height }) => ({
    pixels: drawn(width, height, (x, y) => data[y * width + width - 1 - x] as number),
    place: ({ x, y }) => ({ x: width - 1 - x, y }),
  }),
  cropped: ({ data, width, height }) => ({
    pixels: drawn(width - 60, height - 50, (x, y) => data[(y + 21) * width + x + 37] as number),
    place: ({ x, y }) => ({ x: x - 37, y: y - 21 }),
  }),
  'binned by 2': ({ data, width, height }) => ({
    pixels: drawn(width >> 1, height >> 1, (x, y) => {
      const at = 2 * y * width + 2 * x
      return [at, at + 1, at + width, at + width + 1].reduce((sum, one) => sum + (data[one] as number) / 4, 0)
    }),
    place: ({ x, y }) => ({ x: (x - 0.5) / 2, y: (y - 0.5) / 2 }),
  }),
}

const cornersOf = ({ width, height }: Pixels) => [0, width - 1].flatMap((x) => [0, height - 1].map((y) => ({ x, y })))

describe.skipIf(!isThere)('real stars', () => {
  test.each(names.flatMap((name) => Object.keys(ways).map((way) => [name, way] as const)))(
    '%s, %s, lies where it does',
    async (name, way) => {
      const image = await readImage(join(real, name))
      const { pixels, place } = ways[way]!(image)
      const [first, second] = await Promise.all([image, pixels].map((one) => detectStars(one)))
      const found = await alignStars({ ...image, stars: first! }, { ...pixels, stars: second! })
      // Where pixels are binned, stars run into each other that did not before.
      const limit = way === 'binned by 2' ? 0.2 : 0.1
      for (const corner of cornersOf(image))
        expect(distance(mapped(found!.map, corner), place(corner))).toBeLessThan(limit)
    },
    60_000,
  )

  test('of different fields do not lie on each other', async () => {
    const images = await Promise.all(names.map((name) => readImage(join(real, name))))
    const lists = await Promise.all(
      images.map(async (image) => ({ ...image, stars: await detectStars(image, { limit: 300 }) })),
    )
    for (const [index, first] of lists.entries())
      for (const second of lists.slice(index + 1)) expect(await alignStars(first, second)).toBeUndefined()
  }, 120_000)

  test('in three colors, each laid differently, are white again', async () => {
    const image = await readImage(join(real, 'astropy__m13.fits'))
    const frames = {
      plain: image,
      turned: ways['turned by 90 degrees']!(image).pixels,
      mirrored: ways.mirrored!(image).pixels,
    }
    const images = memoryImages(frames)
    const channels = Object.keys(frames).map((name, index) =>
      channel(images, name, [RED, GREEN, BLUE][index]!, 110, 600),
    )
    const run = await pictured(images, channels)
    expect(run.warnings).toEqual([])
    const picture = await tiffOf(run)
    const colored = Array.from({ length: 300 * 300 }, (_, at) => {
      const [r, g, b] = pixelAt(picture, at % 300, Math.floor(at / 300))
      return Math.max(r, g, b) - Math.min(r, g, b)
    })
    expect(colored.filter((difference) => difference > 0)).toEqual([])
  })
})

describe.skipIf(!isThere)('real headers', () => {
  const shifted = (image: Image): Image => ({
    ...image,
    header: image.header.set('CRPIX1', image.header.getNumber('CRPIX1')! + 12.5),
  })

  test.each(['astropy__m13.fits', 'astropy-data__HorseHead.fits', 'astropy-data__gc_2mass_h.fits'])(
    '%s lies where its header says',
    async (name) => {
      const image = await readImage(join(real, name))
      const map = alignSky(image, shifted(image)) as Affine
      for (const corner of cornersOf(image))
        expect(distance(mapped(map, corner), { x: corner.x + 12.5, y: corner.y })).toBeLessThan(0.01)
    },
  )
})

test.skipIf(!isThere)('the form is the one that front ends were made for', () => {
  const known = JSON.parse(readFileSync(join(shared, 'available_operations.json'), 'utf8'))
  expect(wizardDescription(ColorImage.info)).toEqual(known['Color Image'])
})
