import { pixelKernels } from './pixel-kernels.js'
import type { Samples } from './samples.js'

/** The range of values that a picture shows from black to white. */
export interface Limits {
  readonly low: number
  readonly high: number
}

const CONTRAST = 0.25
const SAMPLES = 1000
const MAX_REJECT = 0.5
const MIN_PIXELS = 5
const REJECT_SIGMA = 2.5
const ITERATIONS = 5

/** A straight line through sorted samples, and how many samples it stands on. */
interface Fit {
  readonly slope: number
  readonly count: number
}

/**
 * Display limits by IRAF's zscale: values near the median, where the background is, get most of the range.
 *
 * A line is fitted to the sorted values of about 1000 pixels, taken evenly, without those far from it; its slope, over a contrast of 0.25,
 * gives the limits. The parameters are those of astropy's `ZScaleInterval`, and so are the limits, but for rounding: where nearly all values are
 * one, the line is exact here and both limits are that value, while astropy may take what its own rounding leaves for noise, and then shows all.
 *
 * @param values Only read. NaN and infinities are left out; without any other value both limits are 0.
 */
export function zscale(values: Samples): Limits {
  const samples = pixelKernels().sampleFinite(values, SAMPLES).sort()
  if (samples.length === 0) return { low: 0, high: 0 }
  const first = samples[0]!
  const last = samples.at(-1)!
  const { slope, count } = fitLine(samples)
  // A line through numbers as far apart as can be has no slope that is a number.
  if (count < minPixels(samples.length) || !Number.isFinite(slope)) return { low: first, high: last }
  const middle = medianOfSorted(samples)
  const centre = Math.floor((samples.length - 1) / 2)
  const step = slope / CONTRAST
  return {
    low: Math.max(first, middle - (centre - 1) * step),
    high: Math.min(last, middle + (samples.length - centre) * step),
  }
}

/** The limits that a picture has by itself: those of zscale; where these leave nothing between them, the least and the highest value. */
export function pictureLimits(values: Samples): Limits {
  const limits = zscale(values)
  if (limits.low < limits.high) return limits
  const range = rangeOf(values)
  return range.low < range.high ? range : limits
}

/** The least and the highest finite value, of all; without any the first is above the second. */
export function rangeOf(values: Samples): Limits {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value < low && value !== Number.NEGATIVE_INFINITY) low = value
    if (value > high && value !== Number.POSITIVE_INFINITY) high = value
  }
  return { low, high }
}

function minPixels(count: number): number {
  return Math.max(MIN_PIXELS, Math.trunc(count * MAX_REJECT))
}

/** The line through the samples that are left when those far from it have been rejected, several times over. */
function fitLine(samples: Float64Array): Fit {
  const count = samples.length
  const grow = Math.max(1, Math.trunc(count * 0.01))
  let bad = new Uint8Array(count)
  let good = count
  let slope = 0
  for (let i = 0, before = count + 1; i < ITERATIONS && good < before && good >= minPixels(count); i++) {
    const line = leastSquares(samples, bad)
    slope = line.slope
    bad = widen(reject(samples, bad, line), grow)
    before = good
    good = count - bad.reduce((sum, flag) => sum + flag, 0)
  }
  return { slope, count: good }
}

function leastSquares(samples: Float64Array, bad: Uint8Array): { slope: number; offset: number } {
  let n = 0
  let meanX = 0
  let meanY = 0
  for (let x = 0; x < samples.length; x++) {
    if (bad[x]) continue
    n++
    meanX += (x - meanX) / n
    meanY += (samples[x]! - meanY) / n
  }
  let xy = 0
  let xx = 0
  for (let x = 0; x < samples.length; x++) {
    if (bad[x]) continue
    xy += (x - meanX) * (samples[x]! - meanY)
    xx += (x - meanX) ** 2
  }
  const slope = xx > 0 ? xy / xx : 0
  return { slope, offset: meanY - slope * meanX }
}

/** Marks what is further from the line than some standard deviations of the residuals of unmarked samples. */
function reject(
  samples: Float64Array,
  bad: Uint8Array,
  line: { slope: number; offset: number },
): Uint8Array<ArrayBuffer> {
  const flat = samples.map((value, x) => value - (line.offset + line.slope * x))
  const good = flat.filter((_, x) => !bad[x])
  const mean = good.reduce((sum, value) => sum + value, 0) / good.length
  const variance = good.reduce((sum, value) => sum + (value - mean) ** 2, 0) / good.length
  const threshold = REJECT_SIGMA * Math.sqrt(variance)
  return Uint8Array.from(bad, (flag, x) => (flag || Math.abs(flat[x]!) > threshold ? 1 : 0))
}

/** Marks the neighbours of marked samples too: `width` places in all, one more after a mark than before it where it is even. */
function widen(bad: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const wide = new Uint8Array(bad.length)
  const before = (width - 1) >> 1
  bad.forEach((flag, x) => {
    if (flag) wide.fill(1, Math.max(0, x - before), x - before + width)
  })
  return wide
}

function medianOfSorted(samples: Float64Array): number {
  const half = samples.length >> 1
  return samples.length % 2 === 1 ? samples[half]! : (samples[half - 1]! + samples[half]!) / 2
}
