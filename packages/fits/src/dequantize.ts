import type { Dithering, Quantization } from '@datalab/pixels'
import { invalid } from './errors.js'
import { pixelKernels } from './pixel-kernels.js'
import type { Samples, StoredPixels } from './samples.js'

const DITHERINGS: readonly Dithering[] = ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2']

/** The dithering that ZQUANTIZ names; none without it. */
export function ditheringOf(name: string | undefined): Dithering {
  if (name === undefined || name === '' || name === 'NONE') return 'NO_DITHER'
  // Not the name itself, which is a part of its header's text, and would keep that in memory for as long as its frame is known.
  const known = DITHERINGS.find((dithering) => dithering === name)
  if (known !== undefined) return known
  throw invalid(`ZQUANTIZ is '${name.slice(0, 40)}', which is no dithering method`, { keyword: 'ZQUANTIZ' })
}

/**
 * The floats of a tile's integers, computed in double precision and rounded once to the type of `into` (FITS 4.0, section 10.2).
 *
 * @param stored The tile's integers, all of them from its first on: the random sequence runs along them.
 * @param into As long as `stored`.
 * @throws FITS_INVALID for integers of 64 bits.
 */
export function dequantize(stored: StoredPixels, quantization: Quantization, into: Samples): void {
  if (stored instanceof BigInt64Array) throw invalid('its quantised pixels have 64 bits')
  const integers = stored instanceof Int32Array ? stored : Int32Array.from(stored)
  pixelKernels(integers.length).dequantize(integers, quantization, into)
}
