import { blankOf, type PixelScale, type Samples } from '../pixel-scale.js'
import { type Quantization, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT, randomSequence } from '../random-sequence.js'

/**
 * The floats of a tile's integers.
 *
 * @param start the place in the tile of the first of them
 */
export function dequantize(stored: Int32Array, quantization: Quantization, into: Samples, start = 0): void {
  if (quantization.dithering === 'NO_DITHER') dequantizePlain(stored, quantization, into)
  else dequantizeDithered(stored, quantization, into, start)
}

function dequantizePlain(stored: Int32Array, { scale, zero, blank }: Quantization, into: Samples): void {
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i]!
    into[i] = value === blank ? Number.NaN : value * scale + zero
  }
}

function dequantizeDithered(stored: Int32Array, quantization: Quantization, into: Samples, start: number): void {
  const { scale, zero, blank, dithering } = quantization
  const random = randomSequence()
  const zeroMark = zeroMarkOf(dithering)
  let seed = quantization.seed % RANDOM_COUNT
  let next = Math.floor(random[seed]! * 500) + start
  while (next >= RANDOM_COUNT) {
    next -= RANDOM_COUNT
    seed = (seed + 1) % RANDOM_COUNT
    next += Math.floor(random[seed]! * 500)
  }
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i]!
    if (value === blank) into[i] = Number.NaN
    else if (value === zeroMark) into[i] = 0
    else into[i] = (value - random[next]! + 0.5) * scale + zero
    if (++next === RANDOM_COUNT) {
      seed = (seed + 1) % RANDOM_COUNT
      next = Math.floor(random[seed]! * 500)
    }
  }
}

/** The physical values of integers that were not quantised. */
export function scaleIntegers(stored: Int32Array, scale: PixelScale, into: Samples): void {
  const { bscale, bzero } = scale
  const blank = blankOf(scale, 32)
  const mark = blank === undefined ? undefined : Number(blank)
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i]!
    into[i] = value === mark ? Number.NaN : value * bscale + bzero
  }
}
