import type { Samples } from '@datalab/fits'
import { areaOf, type Corners, Overlap } from './overlap.js'
import type { CornerLine } from './pixel-lattice.js'
import type { Sums } from './sums.js'

/** A pixel whose sides are askew by less, from end to end, in pixels, is a rectangle. */
const STRAIGHT = 2e-3

/** What is less, of a pixel, is rounding. */
const LEAST_SHARE = 1e-12

/** Rows of the result that sums are held of, and how long they are. */
export interface Strip {
  readonly from: number
  readonly to: number
  readonly width: number
}

/**
 * Shares out the values of a row of pixels among those of the result that they cover, in proportion to the areas: nothing is lost but what is
 * outside of the strip. NaN is missing, and covers nothing.
 *
 * @param below the lower corners of the row, in pixels of the result
 * @param above the upper ones
 * @returns whether any value was there
 */
export function shareRow(values: Samples, below: CornerLine, above: CornerLine, strip: Strip, into: Sums): boolean {
  const overlap = new Overlap()
  const corners: Corners = { x0: 0, y0: 0, x1: 0, y1: 0, x2: 0, y2: 0, x3: 0, y3: 0 }
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    count++
    corners.x0 = below.x[i]!
    corners.y0 = below.y[i]!
    corners.x1 = below.x[i + 1]!
    corners.y1 = below.y[i + 1]!
    corners.x2 = above.x[i + 1]!
    corners.y2 = above.y[i + 1]!
    corners.x3 = above.x[i]!
    corners.y3 = above.y[i]!
    if (isStraight(corners)) shareRectangle(value, corners, strip, into)
    else shareCorners(value, corners, overlap, strip, into)
  }
  return count > 0
}

function isStraight({ x0, y0, x1, y1, x2, y2, x3, y3 }: Corners): boolean {
  return (
    Math.abs(y1 - y0) < STRAIGHT &&
    Math.abs(y3 - y2) < STRAIGHT &&
    Math.abs(x3 - x0) < STRAIGHT &&
    Math.abs(x2 - x1) < STRAIGHT
  )
}

/** Rectangles have the same sides as their neighbours, so that none overlap. */
function shareRectangle(value: number, { x0, y0, x1, y1, x2, y2, x3, y3 }: Corners, strip: Strip, into: Sums): void {
  const left = Math.min(x0 + x3, x1 + x2) / 2
  const right = Math.max(x0 + x3, x1 + x2) / 2
  const low = Math.min(y0 + y1, y2 + y3) / 2
  const high = Math.max(y0 + y1, y2 + y3) / 2
  const perArea = value / ((right - left) * (high - low))
  for (let y = Math.max(Math.floor(low), strip.from); y < Math.min(high, strip.to); y++) {
    const height = Math.min(high, y + 1) - Math.max(low, y)
    const row = (y - strip.from) * strip.width
    for (let x = Math.max(Math.floor(left), 0); x < Math.min(right, strip.width); x++) {
      const area = height * (Math.min(right, x + 1) - Math.max(left, x))
      into.share(row + x, perArea * area, area)
    }
  }
}

function shareCorners(value: number, corners: Corners, overlap: Overlap, strip: Strip, into: Sums): void {
  const { x0, y0, x1, y1, x2, y2, x3, y3 } = corners
  const right = Math.min(Math.max(x0, x1, x2, x3), strip.width)
  const low = Math.max(Math.floor(Math.min(y0, y1, y2, y3)), strip.from)
  const high = Math.min(Math.max(y0, y1, y2, y3), strip.to)
  const area = areaOf(corners)
  overlap.take(corners)
  for (let x = Math.max(Math.floor(Math.min(x0, x1, x2, x3)), 0); x < right; x++) {
    overlap.column(x)
    for (let y = low; y < high; y++) {
      const share = overlap.pixel(y) / area
      if (share > LEAST_SHARE) into.share((y - strip.from) * strip.width + x, value * share, Math.abs(area) * share)
    }
  }
}
