import { readFileSync } from 'node:fs'
import { images } from '@datalab/fits/images'
import { type FinishedRun, MemorySource, runOperation } from '@datalab/testing'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { ColorImage } from '../src/index.js'
import { deltaE } from './delta-e.js'
import { pixelAt, type ReadPicture, tiffOf } from './pictures.js'

interface Layer {
  readonly color: readonly [number, number, number]
  readonly zmin: number
  readonly zmax: number
}

const folder = new URL('fixtures/', import.meta.url)
const layers = JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')) as Record<string, Layer>
const names = Object.keys(layers)
const source = new MemorySource(
  Object.fromEntries(names.map((name) => [name, readFileSync(new URL(`${name}.fits`, folder))])),
)

let run: FinishedRun
let picture: ReadPicture
let golden: { data: Buffer; info: { width: number; height: number } }
beforeAll(async () => {
  const color_channels = Object.entries(layers).map(
    ([
      name,
      {
        color: [r, g, b],
        zmin,
        zmax,
      },
    ]) => source.file(name, { color: { r, g, b }, zmin, zmax }),
  )
  run = await runOperation(ColorImage, { color_channels }, [images()])
  picture = await tiffOf(run)
  golden = await sharp(readFileSync(new URL('golden.png', folder)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
})

/** How different each pixel looks from the oracle's, which puts the frames together by their true places, with cubic splines. */
function differences(): number[] {
  const { width, height } = golden.info
  return Array.from({ length: width * height }, (_, at) => {
    const ours = pixelAt(picture, at % width, Math.floor(at / width)).map((value) => value / 257)
    return deltaE(ours, [...golden.data.subarray(3 * at, 3 * at + 3)])
  })
}

describe('three frames of one field, turned, scaled and mirrored', () => {
  test('are put together without a warning', () => {
    expect(run.warnings).toEqual([])
    expect([picture.width, picture.height]).toEqual([golden.info.width, golden.info.height])
  })

  test('make the picture of the oracle: noise differs a little, nothing else does', () => {
    const sorted = differences().sort((a, b) => a - b)
    const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]
    // Just noticeable is 2.3. Between pixels the two make different things of noise, and of hot pixels.
    expect(quantile(0.5)).toBeLessThan(1.8)
    expect(quantile(0.9)).toBeLessThan(6)
    expect(quantile(0.99)).toBeLessThan(18)
  })

  test('averaged over 4 x 4 pixels, where noise goes, there is no difference to be seen', () => {
    const { width, height } = golden.info
    const found: number[] = []
    for (let top = 8; top + 12 < height; top += 4)
      for (let left = 8; left + 12 < width; left += 4) {
        const [ours, theirs] = [
          [0, 0, 0],
          [0, 0, 0],
        ]
        for (let y = top; y < top + 4; y++)
          for (let x = left; x < left + 4; x++)
            pixelAt(picture, x, y).forEach((value, plane) => {
              ours[plane]! += value / 257 / 16
              theirs[plane]! += golden.data[3 * (y * width + x) + plane]! / 16
            })
        found.push(deltaE(ours, theirs))
      }
    found.sort((a, b) => a - b)
    expect(found[Math.floor(0.95 * found.length)]).toBeLessThan(2.3)
  })
})
