import { encodeJpeg, loadKernels } from '@datalab/pixels'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { renderPreview, zscale } from '../src/index.js'
import { factorToFit, Shrinker } from '../src/shrink.js'

async function pixelsOf(jpeg: Uint8Array) {
  const { data, info } = await sharp(jpeg).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: (await sharp(jpeg).metadata()).channels }
}

test('renders the full frame and a small one, row 0 at the bottom, in one channel', async () => {
  const data = Float32Array.from({ length: 600 * 300 }, (_, i) => (i < 600 * 150 ? 100 : 0))
  const { large, small } = await renderPreview({ data, width: 600, height: 300 }, { limits: { low: 0, high: 100 } })
  const full = await pixelsOf(large)
  expect(full).toMatchObject({ width: 600, height: 300, channels: 1 })
  expect(full.data[0]).toBeLessThan(5)
  expect(full.data.at(-1)).toBeGreaterThan(250)
  const thumb = await pixelsOf(small)
  expect(thumb).toMatchObject({ width: 200, height: 100 })
  expect(thumb.data[0]).toBeLessThan(5)
  expect(thumb.data.at(-1)).toBeGreaterThan(250)
})

test.each([
  ['all NaN', 3, 4, Number.NaN, 0],
  ['constant', 3, 4, 7, 128],
  ['constant and huge', 3, 4, 1e30, 128],
  ['one row', 500, 1, 7, 128],
  ['one column', 1, 500, 7, 128],
  ['one pixel', 1, 1, 7, 128],
])('renders an image that is %s', async (_, width, height, value, grey) => {
  const { large, small } = await renderPreview({ data: new Float32Array(width * height).fill(value), width, height })
  const full = await pixelsOf(large)
  expect(full).toMatchObject({ width, height })
  expect(Math.abs(full.data[0]! - grey)).toBeLessThan(3)
  expect(Math.max((await pixelsOf(small)).width, (await pixelsOf(small)).height)).toBeLessThanOrEqual(200)
})

test('what is nearly all of one value is shown from the least value to the highest', async () => {
  const data = new Float32Array(64 * 64).fill(3)
  for (let y = 16; y < 32; y++) data.fill(y < 24 ? -7 : 13, y * 64 + 16, y * 64 + 24)
  data[0] = Number.NaN
  data[1] = Number.POSITIVE_INFINITY
  expect(zscale(data)).toEqual({ low: 3, high: 3 })
  const { large } = await renderPreview({ data, width: 64, height: 64 })
  const { data: pixels } = await pixelsOf(large)
  // From the bottom up: -7, 13, and 3 beside them.
  const greys = [20, 28].map((y) => pixels[(63 - y) * 64 + 20]!)
  expect([...greys, pixels[32 * 64 + 48]!].map((grey) => Math.round(grey / 32))).toEqual([0, 8, 4])
})

test('NaN is black beside values, and infinities are the ends', async () => {
  const data = Float32Array.of(Number.NaN, 5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY).slice()
  const wide = Float32Array.from({ length: 64 * 16 }, (_, i) => data[Math.floor((i % 64) / 16)]!)
  const { large } = await renderPreview({ data: wide, width: 64, height: 16 }, { limits: { low: 0, high: 10 } })
  const { data: pixels } = await pixelsOf(large)
  expect([8, 24, 40, 56].map((x) => Math.round(pixels[x]! / 32))).toEqual([0, 4, 8, 0])
})

test('shrinking averages, however the rows come', () => {
  const pixels = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70)
  const small = new Shrinker({ width: 4, height: 2 }, 0.5)
  small.add(pixels)
  expect(small.picture).toEqual({ pixels: Uint8Array.of(25, 45), width: 2, height: 1 })
  for (const factor of [1, 0.6, 0.31, 0.01]) {
    const rows = Uint8Array.from({ length: 70 * 45 }, (_, i) => (i * 37) % 251)
    const [whole, parts] = [0, 1].map(() => new Shrinker({ width: 70, height: 45 }, factor)) as [Shrinker, Shrinker]
    whole.add(rows)
    for (let at = 0, step = 1; at < rows.length; at += step * 70, step++) parts.add(rows.slice(at, at + step * 70))
    expect(parts.picture).toEqual(whole.picture)
  }
  expect(factorToFit({ width: 400, height: 100 }, 200)).toBe(0.5)
  expect(factorToFit({ width: 4, height: 100 }, 200)).toBe(1)
})

test.each([
  [64, 48, 16],
  [71, 83, 80],
  [1, 1, 80],
  [500, 9, 95],
])('a JPEG of %i x %i pixels at quality %i decodes to what one of sharp does', async (width, height, quality) => {
  const at = (x: number, y: number) => 128 + 90 * Math.sin(x / 9) * Math.cos(y / 7) + ((x * y * 7919) % 31)
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)))
  const kernels = loadKernels()
  const pieces: Uint8Array[] = []
  for await (const piece of encodeJpeg({ width, height, bands: [pixels] }, { quality, kernels })) pieces.push(piece)
  const own = await pixelsOf(Buffer.concat(pieces))
  const raw = sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('b-w')
  const other = await pixelsOf(await raw.jpeg({ quality, optimiseCoding: false }).toBuffer())
  expect(own).toMatchObject({ width, height, channels: 1 })
  expect(Math.abs(distance(own.data, pixels) - distance(other.data, pixels))).toBeLessThan(0.1)
  expect(distance(own.data, other.data)).toBeLessThan(distance(other.data, pixels) / 2 + 0.5)
})

/** The root of the mean of squared differences. */
function distance(some: Uint8Array, others: Uint8Array): number {
  return Math.sqrt(some.reduce((sum, value, i) => sum + (value - others[i]!) ** 2, 0) / some.length)
}

test('refuses pixels that do not fill the frame', async () => {
  await expect(renderPreview({ data: new Float32Array(5), width: 2, height: 3 })).rejects.toThrow(TypeError)
})
