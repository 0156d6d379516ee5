import { blankOf, type PixelScale } from '../pixel-scale.js'
import { type Quantization, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT } from '../random-sequence.js'
import type { RiceCoding } from '../rice-coding.js'
import type { Machine } from './machine.js'

/** Makes physical values of integers in the memory: of a count that is a multiple of 4. */
export type IntegerConverter = (from: number, to: number, count: number) => void

/** The largest BZERO, but for its sign, that has a sum with any integer of 16 bits that float32 holds. */
const MAX_SHIFT = 2 ** 23

/** Makes floats of a tile's quantised integers, of `bytes` bytes each. */
export function dequantizer(machine: Machine, quantization: Quantization, bytes: number): IntegerConverter {
  const { kernels } = machine
  const { dithering, scale, zero, seed } = quantization
  const blank = int32Of(quantization.blank)
  const hasBlank = blank !== undefined
  const nan = blank ?? 0
  if (dithering === 'NO_DITHER') {
    const plain = bytes === 4 ? kernels.dequantizePlain32! : kernels.dequantizePlain64!
    return (from, to, count) => plain(from, to, count, scale, zero, hasBlank, nan)
  }
  const zeroMark = zeroMarkOf(dithering)
  const hasZero = zeroMark !== undefined
  const mark = zeroMark ?? 0
  const first = seed % RANDOM_COUNT
  const { ditherOffsets } = machine
  const dithered = bytes === 4 ? kernels.dequantizeDithered32! : kernels.dequantizeDithered64!
  return (from, to, count) => dithered(from, to, count, scale, zero, hasBlank, nan, hasZero, mark, first, ditherOffsets)
}

/** Makes physical values, of `bytes` bytes each, of integers that were coded but not quantised. */
export function scaler(machine: Machine, scale: PixelScale, coding: RiceCoding, bytes: number): IntegerConverter {
  const { kernels } = machine
  const { bscale, bzero } = scale
  const blank = blankOf(scale, 32)
  const isShift = bscale === 1 && Number.isInteger(bzero) && Math.abs(bzero) <= MAX_SHIFT
  if (isShift && coding.bytepix < 4 && bytes === 4) {
    const shift = kernels.shiftIntegers32!
    const nan = Number(blank ?? 0)
    return (from, to, count) => shift(from, to, count, bzero, blank !== undefined, nan)
  }
  const kernel = bytes === 4 ? kernels.scaleIntegers32! : kernels.scaleIntegers64!
  const nan = Number(blank ?? Number.NaN)
  return (from, to, count) => kernel(from, to, count, bscale, bzero, nan)
}

/** The integer, where it is one of 32 bits; any other equals none. */
function int32Of(value: number | undefined): number | undefined {
  return value !== undefined && (value | 0) === value ? value : undefined
}
