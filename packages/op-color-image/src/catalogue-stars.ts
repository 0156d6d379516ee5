import { isFitsError, type TableHdu } from '@datalab/fits'
import type { PlacedStar } from './align-stars.js'
import type { Pixels } from './pixels.js'
import { spread } from './spread.js'

/** The most stars that are taken. */
const LIMIT = 1000

/** So many of them are looked up in the image, and this share must be there: else the catalogue is one of another image. */
const LOOKED_UP = 50
const LEAST_SHARE = 0.8

/** How far around a star its sky is looked at, in pixels. */
const SKY_RADIUS = 12

/** A star of a catalogue. */
interface CatalogueStar extends PlacedStar {
  readonly flux: number
}

/**
 * The stars of a frame's catalogue (columns `x`, `y`, counted from 1 as FITS does, and `flux`, as LCO's BANZAI writes them) that are in the
 * image: first the brightest of each part of it, then the second, and so on.
 *
 * None where the table has no such columns, cannot be read, or most of its stars are not in the image where it says: that was cut or turned
 * later.
 */
export async function catalogueStars(catalogue: TableHdu | undefined, pixels: Pixels): Promise<PlacedStar[]> {
  if (catalogue === undefined) return []
  const stars = spread(await starsOf(catalogue, pixels), pixels, ({ flux }) => flux).slice(0, LIMIT)
  const looked = stars.slice(0, LOOKED_UP)
  const seen = looked.filter((star) => isBright(pixels, star)).length
  return seen >= LEAST_SHARE * looked.length ? stars : []
}

async function starsOf(catalogue: TableHdu, { width, height }: Pixels): Promise<CatalogueStar[]> {
  try {
    const [x, y, flux] = [await catalogue.numbers('x'), await catalogue.numbers('y'), await catalogue.numbers('flux')]
    const stars = Array.from(flux, (light, i) => ({ x: x[i]! - 1, y: y[i]! - 1, flux: light }))
    // In this order NaN is nowhere.
    return stars.filter((star) => star.flux > 0 && star.x >= 0 && star.y >= 0 && star.x < width && star.y < height)
  } catch (error) {
    if (isFitsError(error)) return []
    throw error
  }
}

/** Whether the pixels at a star are brighter than most of those on a circle around it. */
function isBright(pixels: Pixels, { x, y }: PlacedStar): boolean {
  const near = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].flatMap((dx) => valueAt(pixels, x + dx, y + dy)))
  const turns = Array.from({ length: 16 }, (_, i) => (i * Math.PI) / 8)
  const around = turns.flatMap((turn) => {
    return valueAt(pixels, x + SKY_RADIUS * Math.cos(turn), y + SKY_RADIUS * Math.sin(turn))
  })
  const sky = around.sort((a, b) => a - b)[around.length >> 1]
  const light = near.reduce((sum, value) => sum + value, 0) / near.length
  return sky !== undefined && light > sky
}

/** The value of the pixel at a place: none outside the image, and where it is missing. */
function valueAt({ data, width, height }: Pixels, x: number, y: number): number[] {
  const [column, row] = [Math.round(x), Math.round(y)]
  if (column < 0 || row < 0 || column >= width || row >= height) return []
  const value = data[row * width + column]!
  return Number.isFinite(value) ? [value] : []
}
