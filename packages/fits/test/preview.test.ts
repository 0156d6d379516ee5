import sharp from 'sharp'
import { expect, test } from 'vitest'
import { renderPreview } from '../src/index.js'
import { shrinkToFit } from '../src/shrink.js'

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

test('NaN is black beside values, and infinities are the ends', async () => {
  const data = Float32Array.of(Number.NaN, 5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY).slice()
  const wide = Float32Array.from({ length: 64 * 16 }, (_, i) => data[Math.floor((i % 64) / 16)]!)
  const { large } = await renderPreview({ data: wide, width: 64, height: 16 }, { limits: { low: 0, high: 10 } })
  const { data: pixels } = await pixelsOf(large)
  expect([8, 24, 40, 56].map((x) => Math.round(pixels[x]! / 32))).toEqual([0, 4, 8, 0])
})

test('shrinking averages', () => {
  const picture = { pixels: Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70), width: 4, height: 2 }
  expect(shrinkToFit(picture, 2, 2)).toEqual({ pixels: Uint8Array.of(25, 45), width: 2, height: 1 })
  expect(shrinkToFit(picture, 4, 4)).toBe(picture)
})

test('refuses pixels that do not fill the frame', async () => {
  await expect(renderPreview({ data: new Float32Array(5), width: 2, height: 3 })).rejects.toThrow(TypeError)
})
