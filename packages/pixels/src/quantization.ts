/** How floats are made integers (FITS 4.0, table 36). */
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
  /** The tile's place in the random sequence: its number, counted from 0, plus ZDITHER0 - 1. Of no meaning without dithering. */
  readonly seed: number
}

/** How floats are to be made integers. */
export interface Quantizing {
  /** Steps to a standard deviation of the noise; 0 is 4 of them. Below 0 it is, but for its sign, the step itself. */
  readonly level: number
  readonly dithering: Dithering
  /** As `Quantization` has it. */
  readonly seed: number
}

/** The integer that stands for NaN in what `quantize` makes. */
export const QUANTIZED_NAN = -2_147_483_647

/** The integer that stands for exactly 0 under SUBTRACTIVE_DITHER_2. */
export const QUANTIZED_ZERO = -2_147_483_646

/** The integer that stands for exactly 0; undefined where none does. */
export function zeroMarkOf(dithering: Dithering): number | undefined {
  return dithering === 'SUBTRACTIVE_DITHER_2' ? QUANTIZED_ZERO : undefined
}
