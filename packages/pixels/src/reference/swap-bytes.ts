/** Reverses the bytes of each number of `size` bytes; `into` may be the same array. */
export function swapBytes(from: Uint8Array, size: 2 | 4 | 8, into: Uint8Array): void {
  for (let i = 0; i < from.length; i += size) {
    for (let low = i, high = i + size - 1; low < high; low++, high--) {
      const byte = from[low]!
      into[low] = from[high]!
      into[high] = byte
    }
  }
}
