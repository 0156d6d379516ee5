import type { Point } from './affine.js'
import type { Pixels } from './pixels.js'

/** A place, and the light around it. */
export interface Centre extends Point {
  /** Above the sky, weighed by the window. */
  readonly flux: number
}

/** How far the window reaches, in its standard deviations. */
const REACH = 4

const ROUNDS = 30

/** The step, in pixels, after which the next would not matter. */
const LAST_STEP = 3e-4

/**
 * The centre of a star in a Gaussian window that follows it: nearly as good as fitting its profile, and nothing need be known of that.
 *
 * Source: E. Bertin, SExtractor's XWIN_IMAGE and YWIN_IMAGE ("Windowed positional parameters" of its documentation): each step moves the
 * window by twice the weighed mean of the distances.
 *
 * @param level the sky around the star
 * @param start where to begin, within the star
 * @param sigma standard deviation of the window, in pixels: best as that of the star
 * @returns undefined where the window meets the edge of the image or a missing value, and where it runs away
 */
export function centreOf(pixels: Pixels, level: number, start: Point, sigma: number): Centre | undefined {
  let { x, y } = start
  for (let round = 0; round < ROUNDS; round++) {
    const sums = weighedSums(pixels, level, { x, y }, sigma)
    if (sums === undefined || !(sums.flux > 0)) return undefined
    const [stepX, stepY] = [(2 * sums.x) / sums.flux, (2 * sums.y) / sums.flux]
    x += stepX
    y += stepY
    if (Math.hypot(x - start.x, y - start.y) > 2 * sigma + 1) return undefined
    if (Math.hypot(stepX, stepY) < LAST_STEP) return { x, y, flux: sums.flux }
  }
  return undefined
}

/** The light in the window, and its sums by the distances from the window's middle. */
function weighedSums({ data, width, height }: Pixels, level: number, middle: Point, sigma: number): Centre | undefined {
  const reach = REACH * sigma
  const [left, right] = [Math.ceil(middle.x - reach), Math.floor(middle.x + reach)]
  const [bottom, top] = [Math.ceil(middle.y - reach), Math.floor(middle.y + reach)]
  if (left < 0 || bottom < 0 || right >= width || top >= height) return undefined
  let [flux, sumX, sumY] = [0, 0, 0]
  for (let y = bottom; y <= top; y++)
    for (let x = left; x <= right; x++) {
      const [dx, dy] = [x - middle.x, y - middle.y]
      const squared = dx * dx + dy * dy
      if (squared > reach * reach) continue
      const light = ((data[y * width + x] as number) - level) * Math.exp(-squared / (2 * sigma * sigma))
      flux += light
      sumX += light * dx
      sumY += light * dy
    }
  return Number.isFinite(flux) ? { x: sumX, y: sumY, flux } : undefined
}
