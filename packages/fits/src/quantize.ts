import { QUANTIZED_NAN, RANDOM_COUNT, randomSequence } from '@datalab/pixels'
import { estimateNoise, isOneRow } from './noise.js'
import { pixelKernels } from './pixel-kernels.js'

/** Integers from the blank on that stand for no ordinary value. */
const RESERVED = 10

/** The widest range of integers that are all positive, and the widest there is. */
const POSITIVE_RANGE = 2_147_483_647 - RESERVED
const WHOLE_RANGE = 2 * 2_147_483_647 - RESERVED

/** How to make floats integers. */
export interface QuantizeOptions {
  /** How many steps the standard deviation of the noise has. */
  readonly level: number
  /** Pixels in a row of the tile. */
  readonly rowLength: number
  /** The tile's place in the random sequence: its number, counted from 0, plus ZDITHER0 - 1. */
  readonly seed: number
}

/** Floats as integers. */
export interface QuantizedTile {
  readonly integers: Int32Array
  /** ZSCALE, the step. */
  readonly scale: number
  /** ZZERO, the float that 0 stands for. */
  readonly zero: number
}

/**
 * A tile's floats in steps of their noise, dithered (SUBTRACTIVE_DITHER_1): none is off by more than half a step, and NaN stays NaN.
 *
 * The steps, the zero point and the integers are cfitsio's, so that a file that is packed again keeps its values (FITS 4.0, section 10.2;
 * White, Greenfield, Pence, Tody and Seaman 2012).
 *
 * @returns the integers, to be used before the next tile is quantised; undefined where integers cannot stand for the floats: they have no noise, or too wide a range for it, or are infinite.
 */
export function quantize(values: Float32Array | Float64Array, options: QuantizeOptions): QuantizedTile | undefined {
  const { level, rowLength, seed } = options
  if (values.length <= 1) return undefined
  if (values instanceof Float32Array && isOneRow(values.length, rowLength)) return quantizeRow(values, options)
  const { min, max, missing, sigma } = estimateNoise(values, rowLength)
  if (missing === values.length) return { integers: blanks(values.length), ...stepsFor(0, 1, 1 / level, true, 0.5)! }
  const steps = stepsFor(min, max, sigma / level, missing > 0, middleOf(values, min, max))
  return steps && { integers: dithered(values, steps, seed), ...steps }
}

/** The integers of a row, until those of the next: there are many rows, and new memory for each would cost more than the arithmetic. */
let room = new Int32Array(0)

/** A tile of one row, as nearly all are. */
function quantizeRow(values: Float32Array, { level, seed }: QuantizeOptions): QuantizedTile | undefined {
  if (room.length < values.length) room = new Int32Array(values.length)
  const integers = room.subarray(0, values.length)
  const steps = pixelKernels(values.length).quantize(
    values,
    { level, dithering: 'SUBTRACTIVE_DITHER_1', seed },
    integers,
  )
  return steps && { integers, scale: steps.scale, zero: steps.zero }
}

type Steps = Pick<QuantizedTile, 'scale' | 'zero'>

/** Between the two, as cfitsio, which adds with the precision of the values. */
function middleOf(values: Float32Array | Float64Array, min: number, max: number): number {
  return (values instanceof Float32Array ? Math.fround(min + max) : min + max) / 2
}

function stepsFor(min: number, max: number, scale: number, hasBlanks: boolean, middle: number): Steps | undefined {
  const range = (max - min) / scale
  // In this order neither an infinite range nor NaN passes.
  if (!(scale > 0 && range <= WHOLE_RANGE)) return undefined
  // Near the integer of the blanks, so that the differences to it are small.
  if (hasBlanks) return { scale, zero: min - scale * (QUANTIZED_NAN + RESERVED) }
  if (range >= POSITIVE_RANGE) return { scale, zero: middle }
  // A whole number of steps: so they are the same when the file is unpacked and packed again.
  return { scale, zero: Math.trunc(min / scale + 0.5) * scale }
}

function blanks(length: number): Int32Array {
  return new Int32Array(length).fill(QUANTIZED_NAN)
}

function dithered(values: Float32Array | Float64Array, { scale, zero }: Steps, start: number): Int32Array {
  const random = randomSequence()
  const integers = new Int32Array(values.length)
  let seed = start % RANDOM_COUNT
  let next = Math.floor(random[seed]! * 500)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    integers[i] = Number.isNaN(value) ? QUANTIZED_NAN : rounded((value - zero) / scale + random[next]! - 0.5)
    if (++next === RANDOM_COUNT) {
      seed = (seed + 1) % RANDOM_COUNT
      next = Math.floor(random[seed]! * 500)
    }
  }
  return integers
}

/** The nearest integer; of two the one that is farther from 0. */
function rounded(value: number): number {
  return value >= 0 ? Math.floor(value + 0.5) : Math.ceil(value - 0.5)
}
