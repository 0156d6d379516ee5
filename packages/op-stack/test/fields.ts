import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type FileSource, LocalSource } from '@datalab/core'
import { Header, type Image, type PixelPlace, readImage, type Samples } from '@datalab/fits'
import { images } from '@datalab/fits/images'
import { runOperation } from '@datalab/testing'
import { Stacking, type StackingMode } from '../src/index.js'

const folder = fileURLToPath(new URL('fixtures/', import.meta.url))

/** What is known of the field of stars. */
export const facts = JSON.parse(readFileSync(`${folder}stars.json`, 'utf8')) as {
  readonly names: readonly string[]
  readonly flux: number
  /** Degrees. */
  readonly stars: readonly (readonly [ra: number, dec: number])[]
}

/** A fixture. */
export function fixture(name: string): Promise<Image> {
  return readImage(`${folder}${name}.fits`)
}

/** Stacks files of a folder, the fixtures' by default. */
export async function stacked(
  names: readonly string[],
  stacking_mode: StackingMode,
  source: FileSource = new LocalSource({ roots: { data: folder } }),
): Promise<{ image: Image; warnings: readonly string[] }> {
  const input_files = names.map((basename) => ({ source: 'local', basename }))
  const run = await runOperation(Stacking, { input_files, stacking_mode }, [images({ previews: false })], {
    sources: [source],
  })
  return { image: await readImage((await run.objects())[0] as Uint8Array), warnings: run.warnings }
}

/** World coordinates of 1e-4 degrees a pixel, or so many times that, turned by some degrees. */
export function skyHeader(x: number, y: number, degrees = 0, times = 1): Header {
  const turn = (degrees * Math.PI) / 180
  const [cos, sin] = [times * 1e-4 * Math.cos(turn), times * 1e-4 * Math.sin(turn)]
  const cards = {
    ...{ CTYPE1: 'RA---TAN', CTYPE2: 'DEC--TAN', CRVAL1: 150, CRVAL2: 30, CRPIX1: x, CRPIX2: y },
    ...{ CD1_1: -cos, CD1_2: sin, CD2_1: sin, CD2_2: cos },
  }
  return Object.entries(cards).reduce((header, [keyword, value]) => header.set(keyword, value), new Header())
}

/** The sum of what is there. */
export function fluxOf(data: Samples): number {
  return Float64Array.from(data).reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0)
}

/** The centre of the light around a place, above what is there a little farther off. */
export function centreOf({ data, width }: Image, { x, y }: PixelPlace): PixelPlace {
  const around = Array.from({ length: 17 * 17 }, (_, at) => {
    const place = { x: Math.round(x) + (at % 17) - 8, y: Math.round(y) + Math.floor(at / 17) - 8 }
    const distance = Math.hypot(place.x - x, place.y - y)
    return { ...place, distance, value: data[place.y * width + place.x] as number }
  })
  const sky = around.filter(({ distance }) => distance >= 7 && distance < 8)
  const level = sky.reduce((sum, { value }) => sum + value, 0) / sky.length
  const star = around.filter(({ distance }) => distance < 7)
  const mean = (weight: (at: PixelPlace) => number) =>
    star.reduce((sum, at) => sum + weight(at) * (at.value - level), 0)
  return { x: mean((at) => at.x) / mean(() => 1), y: mean((at) => at.y) / mean(() => 1) }
}
