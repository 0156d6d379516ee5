import { QUANTIZED_NAN, type Quantization, type Quantizing } from './quantization.js'

/** What is known of a tile before it is quantised. NaN is left out of all of it. */
export interface Noise {
  /** How many values there are. */
  readonly valid: number
  readonly least: number
  readonly greatest: number
  /** The lower medians of absolute differences: of the second, third and fifth order; 0 where there are none. */
  readonly second: number
  readonly third: number
  readonly fifth: number
}

/** What makes standard deviations of those medians, of noise that is normally distributed. */
const SECOND_TO_SIGMA = 1.0483579
const THIRD_TO_SIGMA = 0.6052697
const FIFTH_TO_SIGMA = 0.1772048

/** Steps to a standard deviation, where none are asked for. */
const DEFAULT_LEVEL = 4

/** Integers from that of NaN on which stand for no value. */
const RESERVED = 10

const MAX_INTEGER = 2_147_483_647

/**
 * How the values of a tile become integers, as cfitsio decides it; undefined where they cannot.
 *
 * Without NaN the zero is the least value, moved to a whole number of steps so that doing it all again changes nothing. With NaN, and under
 * SUBTRACTIVE_DITHER_2, the integers begin next to the reserved ones.
 */
export function planQuantization(noise: Noise, pixels: number, quantizing: Quantizing): Quantization | undefined {
  const { level, dithering, seed } = quantizing
  const { valid, least, greatest } = pixelRange(noise)
  const scale = level < 0 ? -level : stepOf(noise, level)
  const steps = (greatest - least) / scale
  if (pixels < 2 || !(scale > 0) || !(steps <= 2 * MAX_INTEGER - RESERVED)) return undefined
  const blank = valid === pixels ? undefined : QUANTIZED_NAN
  const common = { dithering, scale, seed, blank: QUANTIZED_NAN }
  if (blank !== undefined || dithering === 'SUBTRACTIVE_DITHER_2')
    return { ...common, zero: least - scale * (QUANTIZED_NAN + RESERVED) }
  if (steps < MAX_INTEGER - RESERVED) return { ...common, zero: Math.trunc(least / scale + 0.5) * scale }
  return { ...common, zero: Math.fround(least + greatest) / 2 }
}

/** A tile of NaN alone is quantised as if it were from 0 to 1. */
function pixelRange({ valid, least, greatest }: Noise): Pick<Noise, 'valid' | 'least' | 'greatest'> {
  return valid === 0 ? { valid, least: 0, greatest: 1 } : { valid, least, greatest }
}

/** The smallest of the estimates of the noise that there are, divided. */
function stepOf({ valid, second, third, fifth }: Noise, level: number): number {
  let sigma = THIRD_TO_SIGMA * third
  for (const other of [SECOND_TO_SIGMA * second, FIFTH_TO_SIGMA * fifth])
    if (other !== 0 && other < sigma) sigma = other
  return (valid === 0 ? 1 : sigma) / (level === 0 ? DEFAULT_LEVEL : level)
}
