// Rice decoding (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414). The coded bytes are first reversed in groups of
// eight, so that any 64 bits are two loads away; then four pixels at a time are taken out of one window.
import { reversed64 } from './lanes'

/** The 64 bits from a bit on, the first as the highest. */
// @ts-ignore: decorator
@inline function windowAt(bits: usize, at: u32): u64 {
  const word = bits + <usize>((at >> 6) << 3)
  const skipped = <u64>(at & 63)
  return (load<u64>(word) << skipped) | ((load<u64>(word, 8) >>> 1) >>> (63 - skipped))
}

/** The difference that a code stands for. */
// @ts-ignore: decorator
@inline function difference(code: u32): i32 {
  return <i32>(code >>> 1) ^ -(<i32>(code & 1))
}

/** The code at the head of a window: `zeros` of them and a one, then the low bits, of which there are 63 - `rest`. */
// @ts-ignore: decorator
@inline function codeOf(window: u64, zeros: u64, split: u64, rest: u64): u32 {
  return <u32>(zeros << split) | <u32>((((window << zeros) << 1) >>> 1) >>> rest)
}

// Where the last pixel that was taken alone ends, and its value.
let bitAfter: u32 = 0

/** The code that begins at a bit, however many zeros it has. Where the bits end first, `bitAfter` is behind their end. */
function codeAlone(bits: usize, at: u32, split: u32, endBit: u32): u32 {
  let zeros: u32 = 0
  let window = windowAt(bits, at)
  while (window == 0) {
    zeros += 64
    at += 64
    if (at > endBit) {
      bitAfter = at
      return 0
    }
    window = windowAt(bits, at)
  }
  const more = <u32>clz(window)
  at += more + 1
  bitAfter = at + split
  return ((zeros + more) << split) | <u32>((windowAt(bits, at) >>> 1) >>> <u64>(63 - split))
}

/** An integer of 1, 2 or 4 bytes, from the lowest bits of one that is not cut. */
// @ts-ignore: decorator
@inline function cut<T>(value: i32): i32 {
  if (sizeof<T>() == 1) return value & 0xff
  if (sizeof<T>() == 2) return (value << 16) >> 16
  return value
}

/**
 * Decodes `count` integers; returns whether the bytes held them all.
 *
 * @param from the coded bytes, with 16 more behind them that may be read
 * @param bits where the reversed bytes go: `length` and 64 more
 */
// @ts-ignore: decorator
@inline function decodeTile<T>(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  for (let i: usize = 0; i < length; i += 16) v128.store(bits + i, reversed64(v128.load(from + i)))
  const padded = bits + ((length + 15) & ~15)
  for (let i: usize = 0; i < 48; i += 16) v128.store(padded + i, i64x2.splat(0))

  const width: u32 = 8 * sizeof<T>()
  const splitBits: u32 = sizeof<T>() == 1 ? 3 : sizeof<T>() == 2 ? 4 : 5
  const uncoded: i32 = sizeof<T>() == 1 ? 6 : sizeof<T>() == 2 ? 14 : 25
  const endBit = <u32>(length << 3)
  let last = <i32>(windowAt(bits, 0) >>> <u64>(64 - width))
  let at = width
  for (let i = 0; i < count; ) {
    const end = min(blocksize, count - i) + i
    const split = <i32>(windowAt(bits, at) >>> <u64>(64 - splitBits)) - 1
    at += splitBits
    if (split < 0) {
      const value = cut<T>(last)
      for (; i < end; i++) store<i32>(to + (<usize>i << 2), value)
    } else if (split >= uncoded) {
      if (<u64>at + <u64>(end - i) * <u64>width > <u64>endBit) return false
      for (; i < end; i++, at += width) {
        last += difference(<u32>(windowAt(bits, at) >>> <u64>(64 - width)))
        store<i32>(to + (<usize>i << 2), cut<T>(last))
      }
    } else {
      const low = <u64>(split + 1)
      const rest = <u64>(63 - split)
      const s = <u64>split
      while (i + 4 <= end) {
        if (at > endBit) return false
        const into = to + (<usize>i << 2)
        let window = windowAt(bits, at)
        const z0 = clz(window)
        const c0 = codeOf(window, z0, s, rest)
        window <<= z0 + low
        const z1 = clz(window)
        const c1 = codeOf(window, z1, s, rest)
        window <<= z1 + low
        const z2 = clz(window)
        const c2 = codeOf(window, z2, s, rest)
        window <<= z2 + low
        const z3 = clz(window)
        const c3 = codeOf(window, z3, s, rest)
        const used = z0 + z1 + z2 + z3 + (low << 2)
        if (used <= 64) {
          last += difference(c0)
          store<i32>(into, cut<T>(last))
          last += difference(c1)
          store<i32>(into, cut<T>(last), 4)
          last += difference(c2)
          store<i32>(into, cut<T>(last), 8)
          last += difference(c3)
          store<i32>(into, cut<T>(last), 12)
          at += <u32>used
        } else {
          for (let q: usize = 0; q < 16; q += 4) {
            last += difference(codeAlone(bits, at, <u32>split, endBit))
            at = bitAfter
            if (at > endBit) return false
            store<i32>(into + q, cut<T>(last))
          }
        }
        i += 4
      }
      for (; i < end; i++) {
        last += difference(codeAlone(bits, at, <u32>split, endBit))
        at = bitAfter
        if (at > endBit) return false
        store<i32>(to + (<usize>i << 2), cut<T>(last))
      }
    }
    if (at > endBit) return false
  }
  return true
}

export function decodeRice8(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  return decodeTile<u8>(from, length, to, count, blocksize, bits)
}
export function decodeRice16(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  return decodeTile<i16>(from, length, to, count, blocksize, bits)
}
export function decodeRice32(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  return decodeTile<i32>(from, length, to, count, blocksize, bits)
}
