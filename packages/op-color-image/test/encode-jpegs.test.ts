import { Progress } from '@datalab/core'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { Blend } from '../src/blend.js'
import { encodeJpegs } from '../src/encode-jpegs.js'
import { Picture } from '../src/picture.js'

/** The upper half red, the lower half blue. */
function halves(width: number, height: number): Picture {
  const blend = new Blend(width, height)
  for (let y = 0; y < height; y++) {
    const [r, b] = y < height / 2 ? [0, 255] : [255, 0]
    blend.addRow(y, new Float64Array(width).fill(1), { low: 0, high: 1 }, { r, g: 0, b })
  }
  return new Picture(blend)
}

async function pixelsOf(jpeg: Uint8Array) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)]
  return { width: info.width, height: info.height, at }
}

test.each([
  [600, 300, 200, 100],
  [90, 30, 90, 30],
  [50, 500, 20, 200],
])('of a picture of %s x %s: one as large, and one of %s x %s', async (width, height, smallWidth, smallHeight) => {
  const { large, small } = await encodeJpegs(halves(width, height))
  const [full, thumb] = [await pixelsOf(large), await pixelsOf(small)]
  expect(full).toMatchObject({ width, height })
  expect(thumb).toMatchObject({ width: smallWidth, height: smallHeight })
  for (const picture of [full, thumb]) {
    const [r, , b] = picture.at(5, 2) as [number, number, number]
    expect(r).toBeGreaterThan(245)
    expect(b).toBeLessThan(10)
    const [below, , blue] = picture.at(5, picture.height - 3) as [number, number, number]
    expect(below).toBeLessThan(10)
    expect(blue).toBeGreaterThan(245)
  }
})

test('a star keeps its color', async () => {
  const blend = new Blend(40, 40)
  const row = new Float64Array(40)
  row[20] = 1
  blend.addRow(20, row, { low: 0, high: 1 }, { r: 255, g: 0, b: 0 })
  const { large } = await encodeJpegs(new Picture(blend))
  const [r, g, b] = (await pixelsOf(large)).at(20, 19) as [number, number, number]
  expect(r).toBeGreaterThan(200)
  // Half the detail in color would leave it grey.
  expect(Math.max(g, b)).toBeLessThan(90)
})

test('tells a description in both files, and the same picture', async () => {
  const description = 'several\nlines of text'
  const [plain, told] = [await encodeJpegs(halves(300, 300)), await encodeJpegs(halves(300, 300), { description })]
  for (const size of ['large', 'small'] as const) {
    expect((await sharp(plain[size]).metadata()).exif).toBeUndefined()
    expect((await sharp(told[size]).metadata()).exif?.toString('latin1')).toContain(`${description}\0`)
    const [before, after] = [await sharp(plain[size]).raw().toBuffer(), await sharp(told[size]).raw().toBuffer()]
    expect(after.equals(before)).toBe(true)
  }
})

test('ends when it is aborted', async () => {
  await expect(
    encodeJpegs(halves(10, 10), { progress: new Progress(() => {}, AbortSignal.abort()) }),
  ).rejects.toMatchObject({
    code: 'DATALAB_ABORTED',
  })
})
