import type { ByteSource } from './byte-source.js'
import { truncated } from './errors.js'

/** How many bytes are asked for at once, so that an abort is noticed and swapping finds the bytes in the processor's cache. */
export const CHUNK_BYTES = 4 * 1024 * 1024

/**
 * Fills `into` with the bytes from `offset` on.
 *
 * @throws FITS_TRUNCATED when the source ends first.
 */
export async function readExactly(source: ByteSource, offset: number, into: Uint8Array): Promise<void> {
  const read = await source.read(offset, into)
  if (read < into.length) {
    const end = offset + into.length
    throw truncated(
      `the file ends at byte ${offset + read}, but data are announced up to byte ${end}; fetch it again`,
      {
        offset: offset + read,
      },
    )
  }
}

/**
 * The `length` bytes from `offset` on, in memory of their own.
 *
 * @throws FITS_TRUNCATED when the source is shorter, before anything is allocated.
 */
export async function readBytes(source: ByteSource, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (offset + length > source.size) {
    throw truncated(
      `the file has ${source.size} bytes, but data are announced up to byte ${offset + length}; fetch it again`,
      { offset: source.size },
    )
  }
  const bytes = new Uint8Array(length)
  await readExactly(source, offset, bytes)
  return bytes
}
