import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeImage, encodeImageHeader, findImage, type ImageHdu, openFits, renderPreview } from '../src/index.js'
import { pictureOf, sampleOf } from '../src/preview-bands.js'
import { Shrinker } from '../src/shrink.js'
import { codeOf, joined } from './support.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-preview-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Pixels that differ from place to place, and no pattern that averages alike everywhere. */
function pattern(width: number, height: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(width * height)
  for (let i = 0; i < data.length; i++)
    data[i] = (Math.imul(i, 0x9e3779b1) >>> 27) + (i % width) / (width / 128) + i / width / (height / 96)
  return data
}

async function imageIn(bytes: Uint8Array): Promise<ImageHdu> {
  return findImage(await openFits(bytes))!
}

const LIMITS = { low: 0, high: 255 }

test.each([
  ['wide', 5003, 2999, 0.3],
  ['of one size', 4099, 1031, 1],
  ['a line', 9_000_001, 1, 0.001],
  ['few lines that are parted', 5_000_011, 3, 0.0001],
  ['a column', 1, 5_000_003, 0.01],
  ['an odd factor', 3001, 1777, 0.77],
] as const)(
  'read by bands it is the same picture as of all pixels: %s',
  { timeout: 60_000 },
  async (_, width, height, factor) => {
    const data = pattern(width, height)
    const hdu = await imageIn(joined(encodeImage({ data, width, height })))
    const picture = await pictureOf(hdu, { factor, limits: LIMITS, signal: undefined })
    const flipped = new Uint8Array(data.length)
    for (let y = 0; y < height; y++) flipped.set(data.subarray(y * width, (y + 1) * width), (height - 1 - y) * width)
    const whole = new Shrinker({ width, height }, factor)
    whole.add(flipped)
    expect([picture.width, picture.height]).toEqual([whole.picture.width, whole.picture.height])
    expect(Buffer.compare(picture.pixels, whole.picture.pixels)).toBe(0)
  },
)

test('of a compressed cube it is the first plane', async () => {
  const [width, height] = [700, 400]
  const plane = pattern(width, height)
  const data = new Uint8Array(2 * plane.length)
  data.set(plane)
  const file = joined(
    encodeImage({ data, width, height, shape: [2, height, width] }, { compression: 'lossless', tile: [16, 64] }),
  )
  const picture = await pictureOf(await imageIn(file), { factor: 0.2, limits: LIMITS, signal: undefined })
  const alone = await imageIn(joined(encodeImage({ data: plane, width, height })))
  expect(await pictureOf(alone, { factor: 0.2, limits: LIMITS, signal: undefined })).toEqual(picture)
})

test('samples are finite, from all over the image, and found in a corner', async () => {
  const [width, height] = [500, 300]
  const data = Float32Array.from({ length: width * height }, (_, i) =>
    i % 7 === 0 ? Number.NaN : Math.floor(i / width),
  )
  const sample = await sampleOf(await imageIn(joined(encodeImage({ data, width, height }))), undefined)
  expect(sample.length).toBeGreaterThan(1000)
  expect(sample.every(Number.isFinite)).toBe(true)
  expect(Math.min(...sample)).toBeLessThan(3)
  expect(Math.max(...sample)).toBeGreaterThan(296)
  const corner = new Float32Array(width * height).fill(Number.NaN)
  corner[width + 3] = 5
  expect(await sampleOf(await imageIn(joined(encodeImage({ data: corner, width, height }))), undefined)).toEqual(
    Float64Array.of(5),
  )
  corner.fill(Number.NaN)
  expect(await sampleOf(await imageIn(joined(encodeImage({ data: corner, width, height }))), undefined)).toEqual(
    new Float64Array(0),
  )
})

/** A file of zeros but for its last pixels, of which the disk holds next to nothing. */
async function sparse(name: string, width: number, height: number): Promise<string> {
  const path = join(folder, name)
  const handle = await open(path, 'wx')
  const header = encodeImageHeader({ data: new Float32Array(0), shape: [height, width] })
  await handle.write(header)
  await handle.write(new Uint8Array(1000).fill(66), 0, 1000, header.length + width * height * 4 - 1000)
  await handle.truncate(header.length + Math.ceil((width * height * 4) / 2880) * 2880)
  await handle.close()
  return path
}

test('an image of 400 MB becomes a picture in less than 150 MB of memory', { timeout: 120_000 }, async () => {
  await using fits = await openFits(await sparse('large.fits', 10_000, 10_000))
  const start = process.memoryUsage.rss()
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 10)
  const { large, small } = await renderPreview(findImage(fits)!)
  clearInterval(watch)
  expect((most - start) / 2 ** 20).toBeLessThan(150)
  expect(await sharp(large).metadata()).toMatchObject({ width: 8192, height: 8192 })
  expect(await sharp(small).metadata()).toMatchObject({ width: 200, height: 200 })
})

test('a line that is longer than a JPEG can be is shrunk', async () => {
  await using fits = await openFits(await sparse('line.fits', 40_000_000, 1))
  const { large } = await renderPreview(findImage(fits)!)
  expect(await sharp(large).metadata()).toMatchObject({ width: 65_500, height: 1 })
})

test('a small image of a file is rendered as its pixels are; a signal ends the reading of any', async () => {
  const image = { data: Float32Array.from({ length: 6000 }, (_, i) => i % 97), width: 100, height: 60 }
  const hdu = await imageIn(joined(encodeImage(image)))
  expect(await renderPreview(hdu)).toEqual(await renderPreview(image))
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(renderPreview(hdu, { signal })).rejects.toThrow('enough')
  await using fits = await openFits(await sparse('ended.fits', 5000, 5000))
  await expect(renderPreview(findImage(fits)!, { signal })).rejects.toThrow('enough')
  const empty = (await openFits(joined(encodeImage(image, { compression: 'lossless' })))).hdus[0] as ImageHdu
  expect(await codeOf(renderPreview(empty))).toBe('FITS_ARGUMENT')
})
