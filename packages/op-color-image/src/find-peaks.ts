import type { FrameSize } from '@datalab/fits'
import { breathe } from './breathe.js'
import { meshAt, type Sky } from './sky.js'
import { NOISE_FACTOR } from './smooth.js'

/** An image without its sky, smoothed. */
export interface SmoothImage extends FrameSize {
  readonly data: Float32Array
}

/** A pixel of a smoothed image that is brighter than those around it. */
export interface Peak {
  readonly x: number
  readonly y: number
  /** Above the sky. */
  readonly height: number
}

/** How far above the sky a peak must be, in standard deviations of the smoothed noise. */
const THRESHOLD = 5

/** How bright a peak must be, as a share of the brightest: below, an image without noise shows its rounding. */
const FAINTEST = 1e-5

/** Pixels that are searched before the process may do something else. */
const PIXELS_AT_ONCE = 2 ** 20

/** So many peaks are kept, the highest; when there are four times as many, the others go. */
const KEPT = 20_000

/**
 * The peaks of an image above its sky, the highest first.
 *
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function findPeaks(image: SmoothImage, sky: Sky, signal?: AbortSignal): Promise<Peak[]> {
  const { width, height } = image
  const rows = Math.max(1, Math.floor(PIXELS_AT_ONCE / width))
  let peaks: Peak[] = []
  // The outermost pixels have no neighbours all around.
  for (let from = 1; from < height - 1; from += rows) {
    peaks = peaks.concat(peaksBetween(image, sky, from, Math.min(height - 1, from + rows)))
    if (peaks.length > 4 * KEPT) peaks = highest(peaks)
    await breathe(signal)
  }
  peaks = highest(peaks)
  const least = FAINTEST * (peaks[0]?.height ?? 0)
  return peaks.filter((peak) => peak.height > least)
}

function highest(peaks: readonly Peak[]): Peak[] {
  return [...peaks].sort((a, b) => b.height - a.height).slice(0, KEPT)
}

/** The peaks in the rows from `from` up to `to`. */
function peaksBetween({ data, width }: SmoothImage, sky: Sky, from: number, to: number): Peak[] {
  const least = THRESHOLD * NOISE_FACTOR * sky.noise.values.reduce((lowest, noise) => Math.min(lowest, noise))
  const peaks: Peak[] = []
  for (let y = from; y < to; y++)
    for (let x = 1; x < width - 1; x++) {
      const height = data[y * width + x] as number
      if (!(height > least) || !isPeak(data, y * width + x, width)) continue
      if (height > THRESHOLD * NOISE_FACTOR * meshAt(sky.noise, x, y)) peaks.push({ x, y, height })
    }
  return peaks
}

/** Whether no neighbour is higher; of equal ones the last counts. */
function isPeak(values: Float32Array, at: number, width: number): boolean {
  const value = values[at]!
  return (
    value > values[at + 1]! &&
    value >= values[at - 1]! &&
    value > values[at + width]! &&
    value >= values[at - width]! &&
    value > values[at + width - 1]! &&
    value > values[at + width + 1]! &&
    value >= values[at - width - 1]! &&
    value >= values[at - width + 1]!
  )
}
