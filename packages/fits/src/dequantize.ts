import { RANDOM_COUNT, randomSequence } from './dither.js'
import { invalid } from './errors.js'
import type { Samples } from './samples.js'

/** How floats were made integers (FITS 4.0, table 36). */
export type Dithering = 'NO_DITHER' | 'SUBTRACTIVE_DITHER_1' | 'SUBTRACTIVE_DITHER_2'

/** How the integers of a tile become floats again. */
export interface Quantization {
  readonly dithering: Dithering
  /** ZSCALE of the tile. */
  readonly scale: number
  /** ZZERO of the tile. */
  readonly zero: number
  /** ZBLANK, the integer that stands for NaN; undefined where none does. */
  readonly blank: number | undefined
  /** The tile's place in the random sequence: its number, counted from 0, plus ZDITHER0 - 1. */
  readonly seed: number
}

/** The integer that stands for exactly 0 under SUBTRACTIVE_DITHER_2. */
const QUANTIZED_ZERO = -2_147_483_646

/** Integers of a tile. */
export type QuantizedPixels = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** The dithering that ZQUANTIZ names; none without it. */
export function ditheringOf(name: string | undefined): Dithering {
  if (name === undefined || name === '' || name === 'NONE') return 'NO_DITHER'
  if (name === 'NO_DITHER' || name === 'SUBTRACTIVE_DITHER_1' || name === 'SUBTRACTIVE_DITHER_2') return name
  throw invalid(`ZQUANTIZ is '${name.slice(0, 40)}', which is no dithering method`, { keyword: 'ZQUANTIZ' })
}

/**
 * The floats of a tile's integers, computed in double precision and rounded once to the type of `into` (FITS 4.0, section 10.2).
 *
 * @param stored The tile's integers, all of them from its first on: the random sequence runs along them.
 * @param into At least as long as `stored`.
 */
export function dequantize(stored: QuantizedPixels, quantization: Quantization, into: Samples): void {
  if (quantization.dithering === 'NO_DITHER') dequantizePlain(stored, quantization, into)
  else dequantizeDithered(stored, quantization, into)
}

function dequantizePlain(stored: QuantizedPixels, { scale, zero, blank }: Quantization, into: Samples): void {
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i]!
    into[i] = value === blank ? Number.NaN : value * scale + zero
  }
}

function dequantizeDithered(stored: QuantizedPixels, quantization: Quantization, into: Samples): void {
  const { scale, zero, blank, dithering } = quantization
  const random = randomSequence()
  const zeroMark = dithering === 'SUBTRACTIVE_DITHER_2' ? QUANTIZED_ZERO : undefined
  let seed = quantization.seed % RANDOM_COUNT
  let next = Math.floor(random[seed]! * 500)
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
