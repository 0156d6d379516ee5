import type { Samples } from '@datalab/fits'
import { type Affine, isWholeShift, scaleOf } from './affine.js'
import { type Kernel, lanczosKernel } from './lanczos.js'
import type { Pixels } from './pixels.js'

/**
 * An image seen through a map: its values at the places that the map takes pixels to.
 *
 * Values between pixels are those of Lanczos's kernel (see `lanczosKernel`), without the rings that it puts around bright stars and dead
 * pixels. Missing values and what is outside weigh nothing; a place whose nearest pixel is missing or
 * outside is NaN.
 */
export class Resampler {
  readonly #kernel: Kernel | undefined

  /**
   * @param map where the pixels to be made are in the image
   */
  constructor(
    private readonly image: Pixels,
    private readonly map: Affine,
  ) {
    this.#kernel = isWholeShift(map) ? undefined : lanczosKernel(scaleOf(map))
  }

  /** Fills `into` with the row `y` of what is made, from its first pixel on. */
  row(y: number, into: Float64Array): void {
    if (this.#kernel === undefined) copyRow(this.image, this.map, y, into)
    else resampleRow(this.image, this.map, this.#kernel, y, into)
  }
}

function copyRow({ data, width, height }: Pixels, { dx, dy }: Affine, y: number, into: Float64Array): void {
  into.fill(Number.NaN)
  const row = y + dy
  if (row < 0 || row >= height) return
  const to = Math.min(into.length, width - dx)
  for (let x = Math.max(0, -dx); x < to; x++) into[x] = data[row * width + x + dx] as number
}

function resampleRow(image: Pixels, map: Affine, kernel: Kernel, y: number, into: Float64Array): void {
  const { data, width, height } = image
  const { xx, xy, yx, yy, dx, dy } = map
  const half = kernel.taps / 2
  const sum = kernel.taps === 6 ? sumOfSix : sumOfMany
  const isSharp = kernel.taps <= SHARP_TAPS
  for (let x = 0; x < into.length; x++) {
    const u = xx * x + xy * y + dx
    const v = yx * x + yy * y + dy
    const left = Math.floor(u)
    const bottom = Math.floor(v)
    const isInside = left >= half - 1 && bottom >= half - 1 && left + half < width && bottom + half < height
    const value = isInside ? sum(data, width, kernel, u, v) : Number.NaN
    // Where a value is missing the sum is too.
    if (value - value !== 0) into[x] = valueAtEdge(image, kernel, u, v)
    else into[x] = isSharp ? within(data, bottom * width + left, width, value) : value
  }
}

/** A kernel of more is so wide that what is bright beside the four innermost pixels belongs to the value. */
const SHARP_TAPS = 8

/** The weighed sum around a place all of whose pixels are in the image. */
function sumOfMany(data: Samples, width: number, { taps, phases, weights }: Kernel, u: number, v: number): number {
  const left = Math.floor(u)
  const bottom = Math.floor(v)
  const across = Math.round((u - left) * phases) * taps
  const up = Math.round((v - bottom) * phases) * taps
  let start = (bottom - taps / 2 + 1) * width + left - taps / 2 + 1
  let sum = 0
  for (let row = 0; row < taps; row++, start += width) {
    let line = 0
    for (let tap = 0; tap < taps; tap++) line += weights[across + tap]! * data[start + tap]!
    sum += weights[up + row]! * line
  }
  return sum
}

/** The same for six pixels in each direction, the usual number: it takes half the time when they are written out. */
function sumOfSix(data: Samples, width: number, { phases, weights }: Kernel, u: number, v: number): number {
  const left = Math.floor(u)
  const bottom = Math.floor(v)
  const across = Math.round((u - left) * phases) * 6
  const up = Math.round((v - bottom) * phases) * 6
  const a = weights[across]!
  const b = weights[across + 1]!
  const c = weights[across + 2]!
  const d = weights[across + 3]!
  const e = weights[across + 4]!
  const f = weights[across + 5]!
  let sum = 0
  for (let row = 0, at = (bottom - 2) * width + left - 2; row < 6; row++, at += width)
    sum +=
      weights[up + row]! *
      (a * data[at]! +
        b * data[at + 1]! +
        c * data[at + 2]! +
        d * data[at + 3]! +
        e * data[at + 4]! +
        f * data[at + 5]!)
  return sum
}

/**
 * The value, kept within the range of the four pixels around it and half as much to either side: what the kernel makes of noise and of the
 * top of a star is in there, and the rings that it puts around what is bright and sharp are not. `at` is the lower left one of the four.
 */
function within(data: Samples, at: number, width: number, value: number): number {
  const a = data[at]!
  const b = data[at + 1]!
  const c = data[at + width]!
  const d = data[at + width + 1]!
  const low = Math.min(a, b, c, d)
  const high = Math.max(a, b, c, d)
  const margin = (high - low) / 2
  return Math.min(Math.max(value, low - margin), high + margin)
}

/** The same where some of the pixels are missing, or outside of the image: those that are there share the weight. */
function valueAtEdge(image: Pixels, { taps, phases, weights }: Kernel, u: number, v: number): number {
  const { data, width, height } = image
  const nearest = isIn(Math.round(u), width) && isIn(Math.round(v), height) ? Math.round(v) * width + Math.round(u) : -1
  if (nearest < 0 || !Number.isFinite(data[nearest])) return Number.NaN
  const [left, bottom] = [Math.floor(u) - taps / 2 + 1, Math.floor(v) - taps / 2 + 1]
  const across = Math.round((u - Math.floor(u)) * phases) * taps
  const up = Math.round((v - Math.floor(v)) * phases) * taps
  let [sum, weighed, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = Math.max(0, -bottom); row < Math.min(taps, height - bottom); row++)
    for (let tap = Math.max(0, -left); tap < Math.min(taps, width - left); tap++) {
      const value = data[(bottom + row) * width + left + tap]!
      if (!Number.isFinite(value)) continue
      const weight = weights[up + row]! * weights[across + tap]!
      sum += weight * value
      weighed += weight
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  // The lobes about a single pixel can take its weight away.
  return weighed < LEAST_WEIGHT ? data[nearest]! : Math.min(Math.max(sum / weighed, low), high)
}

/** The least weight of the pixels that are there for them to say anything beyond the nearest. */
const LEAST_WEIGHT = 0.25

function isIn(at: number, length: number): boolean {
  return at >= 0 && at < length
}
