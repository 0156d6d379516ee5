import { readFileSync } from 'node:fs'
import { parseProvenance, provide, wizardDescription } from '@datalab/core'
import { Header } from '@datalab/fits'
import { Images } from '@datalab/fits/images'
import { memoryImages, starField, testOperation } from '@datalab/testing'
import sharp from 'sharp'
import { describe, expect, it, test } from 'vitest'
import { descriptionOf } from '../src/description.js'
import { ColorImage } from '../src/index.js'
import { BLUE, channel, descriptionIn, GREEN, pictured, pixelAt, RED, tiffOf, WHITE } from './pictures.js'

const { NaN: missing } = Number
const FULL = 65_535

/** What is shown for a share of the light. */
const shown = (light: number) => Math.round(FULL * light ** (1 / 2.5))

describe('the picture', () => {
  const images = memoryImages({
    a: [
      [0, 50, 100],
      [25, missing, 999],
    ],
  })

  test('is a TIFF of 16 bits and two JPEGs, and no FITS', async () => {
    const run = await pictured(images, [channel(images, 'a', WHITE, 0, 100)])
    const { key, warnings } = run.record
    expect(warnings).toEqual([])
    expect(run.output.output_files).toEqual([
      {
        basename: key,
        source: 'datalab',
        type: 'image',
        tif_url: expect.stringContaining(`${key}.tif`),
        large_url: expect.stringContaining(`${key}-large.jpg`),
        small_url: expect.stringContaining(`${key}-small.jpg`),
      },
    ])
    for (const role of ['large', 'small']) {
      const [jpeg] = await run.objects(role)
      expect(await sharp(jpeg as Uint8Array).metadata()).toMatchObject({ format: 'jpeg', width: 3, height: 2 })
    }
    expect(await tiffOf(run)).toMatchObject({ width: 3, height: 2 })
  })

  test('has up up, a gamma of 2.5, and black where a value is missing', async () => {
    const picture = await tiffOf(await pictured(images, [channel(images, 'a', RED, 0, 100)]))
    const rows = [0, 1].map((y) => [0, 1, 2].map((x) => pixelAt(picture, x, y)))
    expect(rows).toEqual([
      [
        [shown(0.25), 0, 0],
        [0, 0, 0],
        [FULL, 0, 0],
      ],
      [
        [0, 0, 0],
        [shown(0.5), 0, 0],
        [FULL, 0, 0],
      ],
    ])
  })

  test('shows the brightest pixels in the very color that was chosen', async () => {
    const color = { r: 200, g: 100, b: 3 }
    const picture = await tiffOf(await pictured(images, [channel(images, 'a', color, 0, 100)]))
    expect(pixelAt(picture, 2, 0)).toEqual([200, 100, 3].map((value) => Math.round((value / 255) * FULL)))
  })

  test('is stretched between the limits of zscale, without others', async () => {
    const field = memoryImages({ f: starField() })
    const picture = await tiffOf(await pictured(field, [channel(field, 'f', GREEN)]))
    const greens = picture.words.filter((_, at) => at % 3 === 1)
    const share = (test: (value: number) => boolean) => greens.filter(test).length / greens.length
    expect(share((value) => value === FULL)).toBeGreaterThan(0.01)
    expect(share((value) => value === FULL)).toBeLessThan(0.2)
    expect(share((value) => value > 0 && value < FULL)).toBeGreaterThan(0.7)
  })

  test('has a small copy that fits a box of 200 pixels', async () => {
    const field = memoryImages({ f: starField({ width: 640, height: 160 }) })
    const run = await pictured(field, [channel(field, 'f', WHITE)])
    const [[large], [small]] = await Promise.all([run.objects('large'), run.objects('small')])
    expect(await sharp(large as Uint8Array).metadata()).toMatchObject({ width: 640, height: 160 })
    expect(await sharp(small as Uint8Array).metadata()).toMatchObject({ width: 200, height: 50 })
  })
})

describe('channels', () => {
  const wcs = (x: number) =>
    Object.entries({
      CTYPE1: 'RA---TAN',
      CTYPE2: 'DEC--TAN',
      CRVAL1: 10,
      CRVAL2: 0,
      CRPIX1: x,
      CRPIX2: 1,
      CDELT1: -0.001,
      CDELT2: 0.001,
    }).reduce((header, [keyword, value]) => header.set(keyword, value), new Header())
  const row = (values: number[], header?: Header) => ({
    data: Float32Array.from(values),
    width: values.length,
    height: 1,
    header,
  })

  test('are added as light, each in its color', async () => {
    const images = memoryImages({ a: row([50, 100], wcs(1)), b: row([100, 0], wcs(1)) })
    const channels = [
      channel(images, 'a', { r: 255, g: 255, b: 0 }, 0, 100),
      channel(images, 'b', { r: 255, g: 0, b: 255 }, 0, 200),
    ]
    const picture = await tiffOf(await pictured(images, channels))
    expect(pixelAt(picture, 0, 0)).toEqual([FULL, shown(0.5), shown(0.5)])
    expect(pixelAt(picture, 1, 0)).toEqual([FULL, FULL, 0])
  })

  test('of one file, in three colors, are white', async () => {
    const images = memoryImages({ a: [[0, 30, 60]] })
    const one = (color: typeof RED) => channel(images, 'a', color, 0, 60)
    const run = await pictured(images, [one(RED), one(GREEN), one(BLUE)])
    expect(run.warnings).toEqual([])
    expect(pixelAt(await tiffOf(run), 1, 0)).toEqual([shown(0.5), shown(0.5), shown(0.5)])
  })

  test('up to six', async () => {
    const images = memoryImages(
      Object.fromEntries([1, 2, 3, 4, 5, 6].map((value) => [`f${value}`, row([value, 0, 0, 0, 0, 0], wcs(value))])),
    )
    const channels = [1, 2, 3, 4, 5, 6].map((value) => channel(images, `f${value}`, WHITE, 0, 60))
    const picture = await tiffOf(await pictured(images, channels))
    expect(pixelAt(picture, 0, 0)[0]).toBe(shown(1 / 60))
  })

  test('lie where their headers say, where stars do not tell, without a warning', async () => {
    const images = memoryImages({ a: row([9, 0, 0, 0], wcs(1)), b: row([0, 0, 9, 0], wcs(3)) })
    const run = await pictured(images, [channel(images, 'a', RED, 0, 9), channel(images, 'b', GREEN, 0, 9)])
    expect(run.warnings).toEqual([])
    expect(pixelAt(await tiffOf(run), 0, 0)).toEqual([FULL, FULL, 0])
  })

  test('in another order are another job, with another first one', async () => {
    const images = memoryImages({ a: row([9, 0], wcs(1)), b: row([0, 0, 9, 0], wcs(3)) })
    const [a, b] = [channel(images, 'a', RED, 0, 9), channel(images, 'b', GREEN, 0, 9)]
    const [forth, back] = [await pictured(images, [a, b]), await pictured(images, [b, a])]
    expect(forth.record.key).not.toBe(back.record.key)
    expect([(await tiffOf(forth)).width, (await tiffOf(back)).width]).toEqual([2, 4])
  })
})

describe('channels of stars', () => {
  const field = { seed: 21, width: 220, height: 180, stars: 60, flux: [5000, 300_000] as const, noise: false }
  const images = memoryImages({
    first: starField(field),
    turned: starField({ ...field, exposure: 1, rotation: 70, shift: [6.4, -3.2] }),
    small: starField({ ...field, exposure: 2, width: 200, height: 200 }),
    blank: starField({ ...field, seed: 22, stars: 0, noise: true }),
    low: starField({ ...field, seed: 22, stars: 0, noise: true, height: 90 }),
    two: starField({ ...field, seed: 24, stars: 2 }),
  })

  test('lie on each other: stars are white', async () => {
    const run = await pictured(images, [
      channel(images, 'first', RED, 120, 3000),
      channel(images, 'turned', { r: 0, g: 255, b: 255 }, 120, 3000),
    ])
    expect(run.warnings).toEqual([])
    const picture = await tiffOf(run)
    const inner = starField(field).stars.filter(({ x, y }) => Math.hypot(x - 110, y - 90) < 70)
    expect(inner.length).toBeGreaterThan(15)
    for (const { x, y } of inner) {
      const [r, g, b] = pixelAt(picture, Math.round(x), 179 - Math.round(y))
      expect(Math.abs(r - g) / FULL).toBeLessThan(0.06)
      expect(g).toBe(b)
    }
  })

  test.each([
    [
      'blank',
      /^Color channel 2 \(blank\) is not aligned to the first, and used as it is: 0 stars can be told in it, and 4 are needed, and the headers have no TAN coordinates to place it by\.$/,
    ],
    [
      'two',
      /^Color channel 2 \(two\) is not aligned to the first, and used as it is: \d stars? can be told in it, and 4 are needed, and the headers have no TAN coordinates to place it by\.$/,
    ],
    [
      'low',
      /^Color channel 2 \(low\) .* to place it by\. The picture is cropped to 220 x 90 pixels, which both have\.$/,
    ],
  ])('%s: what cannot be aligned is used as it is, with a warning that says why', async (name, warning) => {
    const run = await pictured(images, [channel(images, 'first', RED), channel(images, name, GREEN, 0, 1)])
    expect(run.warnings).toEqual([expect.stringMatching(warning)])
    const picture = await tiffOf(run)
    expect([picture.width, picture.height]).toEqual([220, name === 'low' ? 90 : 180])
    expect(picture.words.filter((_, at) => at % 3 === 1).every((green) => green === FULL)).toBe(true)
  })

  test('the picture has the size of the first, where all others can be laid on it', async () => {
    const run = await pictured(images, [channel(images, 'small', RED), channel(images, 'first', GREEN)])
    expect(run.warnings).toEqual([])
    expect(await tiffOf(run)).toMatchObject({ width: 200, height: 200 })
  })

  test('the first may be the one without stars: that is told for each of the others', async () => {
    const names = ['first', 'blank', 'turned', 'blank']
    const { warnings } = await pictured(images, [
      channel(images, 'blank', RED),
      ...names.map((name) => channel(images, name, GREEN)),
    ])
    expect(warnings.map((text) => /^Color channel (\d) .* told in the first/.exec(text)?.[1])).toEqual(['2', '4'])
  })
})

test('what a front end adds to a channel and its color makes no other job', async () => {
  const images = memoryImages({ a: [[1, 2]] })
  const plain = channel(images, 'a', RED)
  const more = images.file('a', { id: 17, filter: 'rp', color: { ...RED, a: 1 } })
  const [first, second] = [await pictured(images, [plain]), await pictured(images, [more])]
  expect(second.record.key).toBe(first.record.key)
})

test('the pictures tell where they come from', async () => {
  const images = memoryImages({ a: [[1, 2]] })
  const run = await pictured(images, [channel(images, 'a', RED)])
  const [tiff] = await run.objects('tif')
  expect(parseProvenance(descriptionIn(tiff as Uint8Array)?.split('\n') ?? [])).toEqual(run.record.provenance)
  for (const role of ['large', 'small']) {
    const [jpeg] = await run.objects(role)
    const text = (await sharp(jpeg as Uint8Array).metadata()).exif?.toString('latin1').split('\0') ?? []
    expect(text.map((part) => parseProvenance(part.split('\n')))).toContainEqual(run.record.provenance)
  }
})

test('provenance that is more than pictures can tell is left to the record', () => {
  const operation = { id: '@test/op', name: 'Test', revision: 1 }
  const of = (text: string) => descriptionOf({ key: 'k', operation, services: {}, inputs: { text } })
  expect(of('x')).toContain('"text":"x"')
  expect(of('x'.repeat(60_000))).toBeUndefined()
})

test('the form is the one that front ends were made for', () => {
  expect(wizardDescription(ColorImage.info)).toEqual({
    name: 'Color Image',
    description:
      'The Color Image operation takes up to 6 images and creates a colored image by compositing them on top of each other.',
    category: 'image',
    inputs: {
      color_channels: {
        name: 'Color Channel',
        description: 'Image for a channel of the color image',
        type: 'fits',
        minimum: 1,
        maximum: 6,
        include_custom_scale: true,
        color_picker: true,
      },
    },
  })
})

test('the version is that of the package', () => {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(ColorImage.info).toMatchObject({ id: name, version })
})

const suite = memoryImages({
  a: starField({ width: 160, stars: 40 }),
  b: starField({ width: 160, stars: 40, exposure: 1, rotation: 25 }),
  c: [
    [1, 2],
    [3, 4],
  ],
})
testOperation(
  { describe, it },
  {
    operation: ColorImage,
    services: [provide(Images, suite)],
    valid: [
      { color_channels: [channel(suite, 'a', RED)] },
      { color_channels: [channel(suite, 'a', RED), channel(suite, 'b', GREEN, 50, 500), channel(suite, 'a', BLUE)] },
      { color_channels: [channel(suite, 'a', RED), channel(suite, 'c', BLUE)] },
    ],
    invalid: [
      {},
      { color_channels: [] },
      { color_channels: [suite.file('a')] },
      { color_channels: [{ color: RED }] },
      { color_channels: [suite.file('a', { color: { r: 0, g: 0 } })] },
      { color_channels: [channel(suite, 'none', RED)] },
    ],
  },
)
