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
  const { scale, zero, seed } = quantization
  const { isDithered, hasBlank, blank, hasMark, mark } = ditheringOf(quantization)
  if (!isDithered) {
    const plain = bytes === 4 ? kernels.dequantizePlain32! : kernels.dequantizePlain64!
    return (from, to, count) => plain(from, to, count, scale, zero, hasBlank, blank)
  }
  const first = seed % RANDOM_COUNT
  const { ditherOffsets } = machine
  const dithered = bytes === 4 ? kernels.dequantizeDithered32! : kernels.dequantizeDithered64!
  return (from, to, count) =>
    dithered(from, to, count, scale, zero, hasBlank, blank, hasMark, mark, first, ditherOffsets)
}

/** Which integers stand for something else: for NaN, and for exactly 0. */
export function ditheringOf({ dithering, blank }: Pick<Quantization, 'dithering' | 'blank'>) {
  const nan = int32Of(blank)
  const mark = zeroMarkOf(dithering)
  return {
    isDithered: dithering !== 'NO_DITHER',
    ...{ hasBlank: nan !== undefined, blank: nan ?? 0 },
    ...{ hasMark: mark !== undefined, mark: mark ?? 0 },
  }
}

/** Makes physical values, of `bytes` bytes each, of integers that were coded but not quantised. */
export function scaler(machine: Machine, scale: PixelScale, coding: RiceCoding, bytes: number): IntegerConverter {
  const { kernels } = machine
  const { bscale, bzero } = scale
  const { isShift, nan } = scalingOf(scale, coding, bytes)
  if (isShift) {
    const [hasBlank, blank] = Number.isNaN(nan) ? [false, 0] : [true, nan]
    return (from, to, count) => kernels.shiftIntegers32!(from, to, count, bzero, hasBlank, blank)
  }
  const kernel = bytes === 4 ? kernels.scaleIntegers32! : kernels.scaleIntegers64!
  return (from, to, count) => kernel(from, to, count, bscale, bzero, nan)
}

/** Whether values of `bytes` bytes are the sums of integers, and which integer stands for NaN; NaN where none does. */
export function scalingOf(scale: PixelScale, coding: RiceCoding, bytes: number): { isShift: boolean; nan: number } {
  const { bscale, bzero } = scale
  const isSmall = bscale === 1 && Number.isInteger(bzero) && Math.abs(bzero) <= MAX_SHIFT
  return { isShift: isSmall && coding.bytepix < 4 && bytes === 4, nan: Number(blankOf(scale, 32) ?? Number.NaN) }
}

/** The integer, where it is one of 32 bits; any other equals none. */
function int32Of(value: number | undefined): number | undefined {
  return value !== undefined && (value | 0) === value ? value : undefined
}
