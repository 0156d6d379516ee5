import { Buffer } from 'node:buffer'

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Which of the two 32-bit words of a 64-bit number in memory is the high one. */
export const HIGH_WORD = IS_LITTLE_ENDIAN ? 1 : 0

/**
 * Turns big-endian numbers of 1, 2, 4 or 8 bytes into the machine's order, in place; and back. Bytes behind the last whole number stay.
 *
 * A Buffer does it where the bytes are; kernels would copy them in and out.
 */
export function swapBytes({ buffer, byteOffset, length }: Uint8Array, size: number): void {
  if (!IS_LITTLE_ENDIAN) return
  const bytes = Buffer.from(buffer, byteOffset, length - (length % size))
  if (size === 2) bytes.swap16()
  if (size === 4) bytes.swap32()
  if (size === 8) bytes.swap64()
}
