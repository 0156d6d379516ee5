import type { Point } from './affine.js'
import { breathe } from './breathe.js'
import { findPeaks, type Peak, type SmoothImage } from './find-peaks.js'
import type { Pixels } from './pixels.js'
import { measureSky, meshAt, type Sky } from './sky.js'
import { KERNEL_VARIANCE, smoothed } from './smooth.js'
import { spread } from './spread.js'
import { centreOf } from './star-centre.js'
import { shapeOf } from './star-shape.js'

/** A star in an image. */
export interface Star extends Point {
  /** How far its centre may be off by the noise of the sky, in pixels: one standard deviation in each direction. */
  readonly error: number
  /** Its light above the sky, in a window as wide as it is: to compare stars of one image by. */
  readonly flux: number
}

/** What {@link detectStars} may be told. */
export interface DetectOptions {
  /** So many stars at most; 1000 by default. */
  readonly limit?: number
  /** Aborted: the search ends. */
  readonly signal?: AbortSignal
}

/** The most that a star's longest axis may be of its shortest: trails, bleeding columns and galaxies on edge are more. */
const MAX_ELONGATION = 2

/** The least that a second neighbour must have of a pixel's light: a hot pixel, or most of what hits a detector, has none. */
const MIN_NEIGHBOUR = 0.1

/** The least standard deviation of a star, in pixels: narrower ones are not seen. */
const MIN_SIGMA = 0.7

/** So many peaks are looked at for each star that is wanted. */
const PEAKS_A_STAR = 5

/** Peaks that are looked at before the process may do something else. */
const PEAKS_AT_ONCE = 100

/** The full width of a Gaussian at half maximum, in standard deviations. */
const FWHM_SIGMA = Math.sqrt(8 * Math.LN2)

/**
 * The stars of an image, with centres to a small part of a pixel: first the brightest of each part of the image, then the second, and so on.
 *
 * They are peaks of at least 5 sigma over a sky that may vary; saturated and blended ones are among them. Hot pixels, bad columns, trails,
 * and what touches the edge or missing values are not.
 *
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function detectStars(pixels: Pixels, options: DetectOptions = {}): Promise<Star[]> {
  const { limit = 1000, signal } = options
  const sky = await measureSky(pixels, signal)
  if (sky === undefined) return []
  const image = { width: pixels.width, height: pixels.height, data: await smoothed(pixels, sky, signal) }
  const peaks = spread(await findPeaks(image, sky, signal), pixels, ({ height }) => height)
  const taken = new Set<number>()
  const stars: Star[] = []
  for (const [index, peak] of peaks.slice(0, PEAKS_A_STAR * limit).entries()) {
    if (stars.length === limit) break
    if (index % PEAKS_AT_ONCE === 0) await breathe(signal)
    const star = starAt({ pixels, sky, image }, peak, taken)
    if (star !== undefined) stars.push(star)
  }
  return spread(stars, pixels, ({ flux }) => flux)
}

/** An image, and what of it is searched. */
interface Searched {
  readonly pixels: Pixels
  readonly sky: Sky
  readonly image: SmoothImage
}

/** The star of a peak, if it is one; its pixels are taken then, and other peaks among them are none. */
function starAt({ pixels, sky, image }: Searched, peak: Peak, taken: Set<number>): Star | undefined {
  const level = meshAt(sky.level, peak.x, peak.y)
  if (taken.has(peak.y * pixels.width + peak.x) || isHot(pixels, level, peak)) return undefined
  const shape = shapeOf(image, peak)
  if (shape === undefined || shape.elongation > MAX_ELONGATION) return undefined
  const sigma = sigmaOf(shape.fwhm)
  const centre = centreOf(pixels, level, shape, sigma)
  if (centre === undefined || taken.has(Math.round(centre.y) * pixels.width + Math.round(centre.x))) return undefined
  for (const pixel of shape.pixels) taken.add(pixel)
  // From the sums that the centre is made of: each pixel's noise is weighed by the window and by its distance.
  const error = (Math.sqrt(2 * Math.PI) * sigma ** 2 * meshAt(sky.noise, peak.x, peak.y)) / centre.flux
  return { ...centre, error }
}

/** The standard deviation of a star whose smoothed image has this full width: its variance is less by that of the kernel. */
function sigmaOf(fwhm: number): number {
  return Math.max(MIN_SIGMA, Math.sqrt(Math.max(0, (fwhm / FWHM_SIGMA) ** 2 - KERNEL_VARIANCE)))
}

/** Whether the light of a peak is in one pixel, or in two that are no neighbours. */
function isHot({ data, width }: Pixels, level: number, { x, y }: Peak): boolean {
  const light = (at: number) => {
    const value = (data[at] as number) - level
    return Number.isFinite(value) ? value : 0
  }
  const places = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => (y + dy) * width + x + dx))
  const brightest = places.reduce((best, at) => (light(at) > light(best) ? at : best))
  const neighbours = [brightest - 1, brightest + 1, brightest - width, brightest + width].map(light)
  const [, second = 0] = neighbours.sort((a, b) => b - a)
  return !(second > MIN_NEIGHBOUR * light(brightest))
}
