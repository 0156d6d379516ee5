import { Progress } from '@datalab/core'
import { seededRandom } from '@datalab/testing'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { Blend } from '../src/blend.js'
import { encodeTiff, fitsTiff, type TiffOptions } from '../src/encode-tiff.js'
import { Picture } from '../src/picture.js'
import { descriptionIn } from './pictures.js'

function noise(width: number, height: number): Picture {
  const random = seededRandom(1)
  const blend = new Blend(width, height)
  for (const plane of blend.planes) for (let at = 0; at < plane.length; at++) plane[at] = random.uniform()
  return new Picture(blend)
}

async function encoded(picture: Picture, options: TiffOptions = {}): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of encodeTiff(picture, options)) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('another reader finds every value of a picture', () => {
  test.each([
    ['of one strip', 37, 21],
    ['of one pixel', 1, 1],
    ['of several strips, the last one shorter', 700, 999],
    ['whose rows are longer than a strip', 200_000, 3],
  ])('%s', async (_, width, height) => {
    const picture = noise(width, height)
    const expected = new Uint16Array(width * height * 3)
    picture.fill(0, height, expected)
    const file = sharp(await encoded(picture), { limitInputPixels: false })
    expect(await file.metadata()).toMatchObject({
      format: 'tiff',
      width,
      height,
      depth: 'ushort',
      channels: 3,
      space: 'rgb16',
    })
    const { data } = await file.toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true })
    expect(Buffer.from(data).equals(Buffer.from(expected.buffer))).toBe(true)
  })
})

test.each(['', 'abc', 'abcd', 'several\nlines of text', 'x'.repeat(60_000)])(
  'tells the description %#, and the same picture',
  async (description) => {
    const picture = noise(30, 20)
    const [plain, told] = [await encoded(picture), await encoded(picture, { description })]
    expect(descriptionIn(plain)).toBeUndefined()
    expect(descriptionIn(told)).toBe(description)
    const [before, after] = [await sharp(plain).raw().toBuffer(), await sharp(told).raw().toBuffer()]
    expect(after.equals(before)).toBe(true)
  },
)

test('comes in pieces of about a megabyte', async () => {
  const sizes: number[] = []
  for await (const piece of encodeTiff(noise(1000, 1000))) sizes.push(piece.length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2 ** 20)
  expect(sizes.length).toBeGreaterThan(5)
})

test('ends when it is aborted', async () => {
  const pieces = encodeTiff(noise(10, 10), { progress: new Progress(() => {}, AbortSignal.abort()) })
  const all = (async () => {
    for await (const _ of pieces);
  })()
  await expect(all).rejects.toMatchObject({ code: 'DATALAB_ABORTED' })
})

test('its offsets have 32 bits', () => {
  expect(fitsTiff({ width: 26_000, height: 26_000 })).toBe(true)
  expect(fitsTiff({ width: 27_000, height: 27_000 })).toBe(false)
})
