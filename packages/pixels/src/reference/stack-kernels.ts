import { IS_LITTLE_ENDIAN } from '../byte-order.js'
import type { Clipping, Plane, StackKernels, StackOptions, Statistic } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'
import { swapBytes } from './swap-bytes.js'

/** Combines the first `count` values, which it may reorder. */
type Combine = (values: Float64Array, count: number) => number

/** Frames combined pixel by pixel, in plain TypeScript. */
export const stackKernels: StackKernels = {
  median(planes, into, options = {}) {
    const isFloat32 = planes[0] instanceof Float32Array && into instanceof Float32Array
    combinePixels(planes, into, options, isFloat32 ? medianFloat32 : median)
  },
  reduce(statistic, planes, into, options = {}) {
    combinePixels(planes, into, options, STATISTICS[statistic])
  },
  clippedMean(planes, into, clipping = {}, options = {}) {
    combinePixels(planes, into, options, (values, count) => clippedMean(values, count, clipping))
  },
}

function combinePixels(planes: readonly Plane[], into: Samples, options: StackOptions, combine: Combine): void {
  const frames = options.isBigEndian ? planes.map(swapped) : planes
  const values = new Float64Array(frames.length)
  for (let pixel = 0; pixel < into.length; pixel++) {
    let count = 0
    for (const frame of frames) {
      const value = frame[pixel]!
      if (!Number.isNaN(value)) values[count++] = value
    }
    into[pixel] = count === 0 ? Number.NaN : combine(values, count)
  }
  if (options.isResultBigEndian) swap(into)
}

/** A copy of big-endian numbers in the machine's order. */
function swapped(plane: Plane): Plane {
  const copy = plane.slice()
  swap(copy)
  return copy
}

function swap({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: Plane): void {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  if (IS_LITTLE_ENDIAN) swapBytes(bytes, BYTES_PER_ELEMENT as 2 | 4 | 8, bytes)
}

/** The two middle values, which are one where their number is odd. The engine sorts -0 before 0. */
function middleOf(values: Float64Array, count: number): [low: number, high: number] {
  const sorted = values.subarray(0, count).sort()
  return [sorted[(count - 1) >> 1]!, sorted[count >> 1]!]
}

function median(values: Float64Array, count: number): number {
  const [low, high] = middleOf(values, count)
  return count % 2 === 1 ? low : (low + high) * 0.5
}

function medianFloat32(values: Float64Array, count: number): number {
  const [low, high] = middleOf(values, count)
  return count % 2 === 1 ? low : Math.fround(low + high) * 0.5
}

const STATISTICS: Readonly<Record<Statistic, Combine>> = {
  sum,
  mean,
  deviation,
  min: (values, count) => values.subarray(0, count).reduce((least, value) => Math.min(least, value), Infinity),
  max: (values, count) => values.subarray(0, count).reduce((most, value) => Math.max(most, value), -Infinity),
}

function sum(values: Float64Array, count: number): number {
  let total = 0
  for (let i = 0; i < count; i++) total += values[i]!
  return total
}

function mean(values: Float64Array, count: number): number {
  return sum(values, count) / count
}

function deviation(values: Float64Array, count: number): number {
  const centre = mean(values, count)
  let squares = 0
  for (let i = 0; i < count; i++) squares += (values[i]! - centre) * (values[i]! - centre)
  return Math.sqrt(squares / count)
}

function clippedMean(values: Float64Array, count: number, clipping: Clipping): number {
  const { low = 3, high = 3, rounds = 5, centre = 'median' } = clipping
  let left = values.slice(0, count).filter((value) => Number.isFinite(value))
  for (let round = 0; round < rounds && left.length > 0; round++) {
    const about = centre === 'median' ? median(left.slice(), left.length) : mean(left, left.length)
    const width = deviation(left, left.length)
    const isOut = (value: number) => value < about - width * low || value > about + width * high
    const kept = left.filter((value) => !isOut(value))
    if (kept.length === left.length) break
    left = kept
  }
  return left.length === 0 ? Number.NaN : mean(left, left.length)
}
