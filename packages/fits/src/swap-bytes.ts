const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Turns big-endian 16-bit numbers into the machine's order, in place; and back. */
function swap16(words: Uint16Array): void {
  if (!IS_LITTLE_ENDIAN) return
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    words[i] = (word << 8) | (word >>> 8)
  }
}

/** Turns big-endian 32-bit numbers into the machine's order, in place; and back. */
function swap32(words: Uint32Array): void {
  if (!IS_LITTLE_ENDIAN) return
  for (let i = 0; i < words.length; i++) words[i] = reverse(words[i]!)
}

/** Turns big-endian 64-bit numbers, each two of the words, into the machine's order, in place; and back. */
function swap64(words: Uint32Array): void {
  if (!IS_LITTLE_ENDIAN) return
  for (let i = 0; i + 1 < words.length; i += 2) {
    const first = reverse(words[i]!)
    words[i] = reverse(words[i + 1]!)
    words[i + 1] = first
  }
}

/** Turns big-endian numbers of 1, 2, 4 or 8 bytes into the machine's order, in place; and back. `bytes` is aligned to the size. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  const { buffer, byteOffset, length } = bytes
  if (size === 2) swap16(new Uint16Array(buffer, byteOffset, length / 2))
  if (size === 4) swap32(new Uint32Array(buffer, byteOffset, length / 4))
  if (size === 8) swap64(new Uint32Array(buffer, byteOffset, length / 4))
}

/** Which of the two 32-bit words of a 64-bit number in memory is the high one. */
export const HIGH_WORD = IS_LITTLE_ENDIAN ? 1 : 0

function reverse(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
