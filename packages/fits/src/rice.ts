import type { RiceCoding } from '@datalab/pixels'
import { type FitsError, truncated } from './errors.js'
import { pixelKernels } from './pixel-kernels.js'

/** Bits that say how a block is split, by bytes of an integer. */
const SPLIT_BITS = { 1: 3, 2: 4, 4: 5 } as const

/** The most coded integers that so many bytes can hold, of so many tiles. */
export function maxRicePixels(bytes: number, tiles: number, { bytepix, blocksize }: RiceCoding): number {
  const blocks = Math.floor((Math.max(0, bytes - tiles * bytepix) * 8) / SPLIT_BITS[bytepix])
  // Of each tile the last block may be a short one, and some of its bits are in a byte of their own.
  return (blocks + tiles) * blocksize
}

/**
 * Decodes integers that were Rice-coded (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414).
 *
 * @param bytes The coded bytes; they are only read.
 * @param into Filled with as many integers as it has room for.
 * @throws FITS_TRUNCATED when the bytes end first.
 */
export function decodeRice(bytes: Uint8Array, into: Int32Array, coding: RiceCoding): void {
  if (!pixelKernels(into.length).decodeRice(bytes, coding, into)) throw riceTruncated(bytes.length, into.length)
}

/** What is said of a tile whose bytes end before its pixels do. */
export function riceTruncated(bytes: number, pixels: number): FitsError {
  return truncated(`a Rice-coded tile of ${pixels} pixels ends after ${bytes} bytes; fetch the file again`)
}
