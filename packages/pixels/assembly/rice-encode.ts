// Rice coding (R. F. Rice, P.-S. Yeh, W. Miller 1993, JPL publication 93-21; as cfitsio writes it): differences of neighbours, of each block the
// number of low bits by their mean.

// The bits that are not yet written, and how many there are: fewer than 32 between two calls.
let pending: u64 = 0
let bits: u32 = 0
let out: usize = 0

// @ts-ignore: decorator
@inline function flush(): void {
  if (bits >= 32) {
    bits -= 32
    store<u32>(out, bswap<u32>(<u32>(pending >>> <u64>bits)))
    out += 4
  }
}

/** Writes up to 32 bits. */
// @ts-ignore: decorator
@inline function put(value: u32, length: u32): void {
  pending = (pending << <u64>length) | <u64>value
  bits += length
  flush()
}

/** The code of the difference between two integers, which may not fit the type: it is cut to it. */
// @ts-ignore: decorator
@inline function codeOf<T>(difference: i32): u32 {
  const cut = sizeof<T>() == 1 ? (difference << 24) >> 24 : sizeof<T>() == 2 ? (difference << 16) >> 16 : difference
  return <u32>((cut << 1) ^ (cut >> 31))
}

/**
 * Codes `count` integers to `to`, which has room for as many bytes as they can take; returns the number of bytes. `codes` has room for a block.
 */
// @ts-ignore: decorator
@inline function encodeTile<T>(from: usize, count: i32, to: usize, blocksize: i32, codes: usize): i32 {
  const width: u32 = 8 * sizeof<T>()
  const splitBits: u32 = sizeof<T>() == 1 ? 3 : sizeof<T>() == 2 ? 4 : 5
  const uncoded: u32 = sizeof<T>() == 1 ? 6 : sizeof<T>() == 2 ? 14 : 25
  const mask: u32 = sizeof<T>() == 1 ? 0xff : sizeof<T>() == 2 ? 0xffff : 0xffffffff
  pending = 0
  bits = 0
  out = to
  let last = load<i32>(from)
  put(<u32>last & mask, width)
  for (let i = 0; i < count; i += blocksize) {
    const size = min(blocksize, count - i)
    const block = from + (<usize>i << 2)
    let sum: u64 = 0
    let k: usize = 0
    for (; k < <usize>size << 2; k += 4) {
      const value = load<i32>(block + k)
      const code = codeOf<T>(value - last)
      last = value
      store<u32>(codes + k, code)
      sum += code
    }
    const mean = (<f64>sum - <f64>(size / 2) - 1) / <f64>size
    const split: u32 = 32 - <u32>clz<u32>((mean < 0 ? 0 : <u32>mean) >>> 1)
    if (split >= uncoded) {
      put(uncoded + 1, splitBits)
      for (let k: usize = 0; k < <usize>size << 2; k += 4) put(load<u32>(codes + k), width)
    } else if (sum == 0) put(0, splitBits)
    else {
      put(split + 1, splitBits)
      const one = <u32>1 << split
      for (let k: usize = 0; k < <usize>size << 2; k += 4) {
        const code = load<u32>(codes + k)
        let zeros = code >>> split
        while (zeros + split >= 32) {
          const some = min<u32>(zeros, 32)
          put(0, some)
          zeros -= some
        }
        put(one | (code & (one - 1)), zeros + 1 + split)
      }
    }
  }
  const tail = (bits + 7) >>> 3
  if (bits > 0) {
    store<u32>(out, bswap<u32>(<u32>(pending << <u64>(32 - bits))))
    out += tail
  }
  return <i32>(out - to)
}

export function encodeRice8(from: usize, count: i32, to: usize, blocksize: i32, codes: usize): i32 {
  return encodeTile<u8>(from, count, to, blocksize, codes)
}
export function encodeRice16(from: usize, count: i32, to: usize, blocksize: i32, codes: usize): i32 {
  return encodeTile<i16>(from, count, to, blocksize, codes)
}
export function encodeRice32(from: usize, count: i32, to: usize, blocksize: i32, codes: usize): i32 {
  return encodeTile<i32>(from, count, to, blocksize, codes)
}
