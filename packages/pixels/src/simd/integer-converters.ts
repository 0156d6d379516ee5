import { blankOf, type PixelScale, type Samples } from '../pixel-scale.js'
import { type Quantization, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT } from '../random-sequence.js'
import type { Machine } from './machine.js'

/** Makes physical values of integers in the memory: of a count that is a multiple of 4. */
export type IntegerConverter = (from: number, to: number, count: number) => void

/** Makes floats of a tile's quantised integers, in the type of `into`. */
export function dequantizer(machine: Machine, quantization: Quantization, into: Samples): IntegerConverter {
  const { dithering, scale, zero, seed } = quantization
  const blank = int32Of(quantization.blank)
  const bits = into.BYTES_PER_ELEMENT * 8
  const nan = [blank !== undefined, blank ?? 0] as const
  if (dithering === 'NO_DITHER') {
    const plain = machine.kernels[`dequantizePlain${bits}`]!
    return (from, to, count) => plain(from, to, count, scale, zero, ...nan)
  }
  const zeroMark = zeroMarkOf(dithering)
  const marks = [...nan, zeroMark !== undefined, zeroMark ?? 0] as const
  const dithered = machine.kernels[`dequantizeDithered${bits}`]!
  return (from, to, count) => dithered(from, to, count, scale, zero, ...marks, seed % RANDOM_COUNT, machine.randoms)
}

/** Makes physical values of a tile's integers that were not quantised, in the type of `into`. */
export function scaler(machine: Machine, scale: PixelScale, into: Samples): IntegerConverter {
  const { bscale, bzero } = scale
  const blank = Number(blankOf(scale, 32) ?? Number.NaN)
  const kernel = machine.kernels[`scaleIntegers${into.BYTES_PER_ELEMENT * 8}`]!
  return (from, to, count) => kernel(from, to, count, bscale, bzero, blank)
}

/** The integer, where it is one of 32 bits; any other equals none. */
function int32Of(value: number | undefined): number | undefined {
  return value !== undefined && (value | 0) === value ? value : undefined
}
