import { breathe } from './breathe.js'
import type { Pixels } from './pixels.js'
import { fillFromMesh, type Sky } from './sky.js'

/** By how much smoothing lowers the noise of pixels whose noises are independent: the root of the summed squares of the kernel. */
export const NOISE_FACTOR = (1 + 16 + 36 + 16 + 1) / 256

/** The variance of the kernel in each direction, in square pixels: by so much smoothing widens a star. */
export const KERNEL_VARIANCE = 1

/** Pixels that the kernel reaches to each side. */
const REACH = 2

/** Pixels that are smoothed before the process may do something else. */
const PIXELS_AT_ONCE = 2 ** 19

/**
 * An image without its sky, smoothed by the binomial kernel (1 4 6 4 1)/16 in both directions, which is near a star seen sharply (a full width
 * of 2.4 pixels at half maximum). What is outside of the image, or no number, counts as sky.
 *
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function smoothed(pixels: Pixels, sky: Sky, signal?: AbortSignal): Promise<Float32Array> {
  const { width, height } = pixels
  const result = new Float32Array(width * height)
  const lines = Array.from({ length: 2 * REACH + 1 }, () => new Float64Array(width))
  const bare = new Float64Array(width + 2 * REACH)
  const pause = Math.max(1, Math.floor(PIXELS_AT_ONCE / width))
  for (let row = -REACH; row < height + REACH; row++) {
    withoutSky(pixels, sky, row, bare)
    smoothLine(bare, lines[(row + REACH) % lines.length] as Float64Array)
    const done = row - REACH
    if (done >= 0) smoothColumns(lines, done, result.subarray(done * width, (done + 1) * width))
    if (row % pause === 0) await breathe(signal)
  }
  return result
}

/** Fills `into` with a row of pixels less the sky, and zeros for as many as the kernel reaches on both sides. */
function withoutSky({ data, width, height }: Pixels, sky: Sky, y: number, into: Float64Array): void {
  into.fill(0)
  if (y < 0 || y >= height) return
  const row = into.subarray(REACH, REACH + width)
  fillFromMesh(sky.level, 0, y, row)
  for (let x = 0; x < width; x++) {
    const value = (data[y * width + x] as number) - (row[x] as number)
    // Only NaN and the infinities do not give 0.
    row[x] = value - value === 0 ? value : 0
  }
}

function smoothLine(from: Float64Array, into: Float64Array): void {
  for (let x = 0; x < into.length; x++)
    into[x] = weighed(from[x]!, from[x + 1]!, from[x + 2]!, from[x + 3]!, from[x + 4]!)
}

/** Row `row` of the result, from the ring of lines that ends two rows above it. */
function smoothColumns(lines: readonly Float64Array[], row: number, into: Float32Array): void {
  const line = (index: number) => lines[(row + index) % lines.length] as Float64Array
  const [a, b, c, d, e] = [line(0), line(1), line(2), line(3), line(4)]
  for (let x = 0; x < into.length; x++) into[x] = weighed(a[x]!, b[x]!, c[x]!, d[x]!, e[x]!)
}

function weighed(a: number, b: number, c: number, d: number, e: number): number {
  return (a + e + 4 * (b + d) + 6 * c) / 16
}
