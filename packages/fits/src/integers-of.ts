import { invalid } from './errors.js'
import { type StoredPixels, viewPixels } from './samples.js'
import { swapBytes } from './swap-bytes.js'

/** The integers of so many bytes. */
export const BITPIX_OF = { 1: 8, 2: 16, 4: 32, 8: 64 } as const

/**
 * Big-endian integers of a tile, of the size that follows from their number: old writers kept 16-bit pixels in 32 bits.
 *
 * @param bytes At an address that is a multiple of 8; swapped in place, and the memory of the result.
 * @throws FITS_INVALID when they are not 1, 2, 4 or 8 bytes for each.
 */
export function integersOf(bytes: Uint8Array, length: number): StoredPixels {
  const size = pixelSize(bytes, length)
  swapBytes(bytes, size)
  return viewPixels(bytes, BITPIX_OF[size])
}

/** Bytes of each of the tile's pixels. */
export function pixelSize(bytes: Uint8Array, length: number): keyof typeof BITPIX_OF {
  const size = bytes.length / length
  if (size === 1 || size === 2 || size === 4 || size === 8) return size
  throw invalid(`a tile of ${length} pixels has ${bytes.length} bytes, which are not 1, 2, 4 or 8 for each`)
}
