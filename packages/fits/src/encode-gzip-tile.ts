import { gzipSync } from 'node:zlib'

/** The byte of a gzip header that names the system, and what it says everywhere: the same pixels give the same bytes. */
const SYSTEM_BYTE = 9
const UNKNOWN_SYSTEM = 255

/**
 * A tile's pixels compressed with gzip (FITS 4.0, section 10.4.2).
 *
 * @param bytes The pixels as a FITS file holds them, big-endian; they are only read.
 * @param pixelBytes Bytes of a pixel.
 * @param isShuffled Whether all first bytes of the pixels come first, then all second, and so on (GZIP_2).
 */
export function encodeGzipTile(bytes: Uint8Array, pixelBytes: number, isShuffled: boolean): Uint8Array {
  const packed = gzipSync(isShuffled && pixelBytes > 1 ? shuffled(bytes, pixelBytes) : bytes, { level: 1 })
  packed[SYSTEM_BYTE] = UNKNOWN_SYSTEM
  return packed
}

function shuffled(bytes: Uint8Array, size: number): Uint8Array {
  const length = bytes.length / size
  const planes = new Uint8Array(bytes.length)
  for (let byte = 0; byte < size; byte++) {
    const start = byte * length
    for (let i = 0, from = byte; i < length; i++, from += size) planes[start + i] = bytes[from]!
  }
  return planes
}
