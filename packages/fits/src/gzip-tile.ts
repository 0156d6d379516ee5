import { gunzipSync } from 'node:zlib'
import { FitsError } from './errors.js'
import { BITPIX_OF, integersOf, pixelSize } from './integers-of.js'
import { type StoredPixels, viewPixels } from './samples.js'
import { HIGH_WORD } from './swap-bytes.js'

/** The most bytes that one byte of a gzip stream can become. */
export const GZIP_RATIO = 1032

/** How a tile's bytes were compressed. */
export interface GzipTileOptions {
  /** Bytes of a pixel that are expected; other sizes are understood, but take longer. */
  readonly pixelBytes: number
  /** Whether all first bytes of the pixels come first, then all second, and so on (GZIP_2). */
  readonly isShuffled: boolean
}

/**
 * The pixels of a tile that was compressed with gzip, as integers of the size the stream has (FITS 4.0, section 10.4.2).
 *
 * @param bytes A gzip stream; it is only read.
 * @param length How many pixels the tile has; no more than these are inflated.
 * @throws FITS_INVALID when the stream is broken or holds another number of pixels.
 */
export function decodeGzip(bytes: Uint8Array, length: number, options: GzipTileOptions): StoredPixels {
  const inflated = inflate(bytes, length, options.pixelBytes)
  if (!options.isShuffled || inflated.length <= length) return integersOf(inflated, length)
  const size = pixelSize(inflated, length)
  return viewPixels(unshuffle(inflated, size), BITPIX_OF[size])
}

/** The inflated bytes, at an address that is a multiple of 8. */
function inflate(bytes: Uint8Array, length: number, pixelBytes: number): Uint8Array {
  let inflated: Uint8Array
  try {
    const chunkSize = Math.max(64, Math.min(length * pixelBytes, bytes.length * GZIP_RATIO))
    inflated = gunzipSync(bytes, { maxOutputLength: length * 8, chunkSize })
  } catch (cause) {
    const message = `a gzip stream of ${bytes.length} bytes is broken, or holds more than the ${length} pixels of its tile`
    throw new FitsError('FITS_INVALID', message, { cause })
  }
  return inflated.byteOffset % 8 === 0 ? inflated : Uint8Array.from(inflated)
}

/** The bytes of each pixel together, in the machine's order. */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const length = bytes.length / size
  const pixels = new Uint8Array(bytes.length)
  for (let i = 0; i < size; i++) {
    const plane = bytes.subarray(i * length, (i + 1) * length)
    const first = HIGH_WORD === 1 ? size - 1 - i : i
    for (let j = 0, to = first; j < length; j++, to += size) pixels[to] = plane[j]!
  }
  return pixels
}
