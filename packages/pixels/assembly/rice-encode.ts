// Rice coding (R. F. Rice, P.-S. Yeh, W. Miller 1993, JPL publication 93-21; as cfitsio writes it): differences of neighbours, of each block the
// number of low bits by their mean.
import { upper } from './lanes'

/** Bits of a pixel of which four, and two, are written at once: 7 more may wait, and there is room for 64. */
const FOURTH: u32 = 14
const HALF: u32 = 28

// What the codes of a block come to.
let sum: u64 = 0
let most: u32 = 0

/** The codes of differences between integers, which may not fit the type: they are cut to it. */
// @ts-ignore: decorator
@inline function codesOf<T>(differences: v128): v128 {
  const surplus = 32 - 8 * sizeof<T>()
  const cut = sizeof<T>() == 4 ? differences : i32x4.shr_s(i32x4.shl(differences, surplus), surplus)
  return v128.xor(i32x4.shl(cut, 1), i32x4.shr_s(cut, 31))
}

/** The codes of a block's integers, the first of which has another one before it. Sets `sum` and `most`. */
// @ts-ignore: decorator
@inline function findCodes<T>(block: usize, size: i32, codes: usize): void {
  const bytes = <usize>size << 2
  let sums = i64x2.splat(0)
  let greatest = i32x4.splat(0)
  let k: usize = 0
  for (; k + 16 <= bytes; k += 16) {
    const code = codesOf<T>(i32x4.sub(v128.load(block + k), v128.load(block + k - 4)))
    v128.store(codes + k, code)
    sums = i64x2.add(sums, i64x2.add(i64x2.extend_low_i32x4_u(code), i64x2.extend_high_i32x4_u(code)))
    greatest = i32x4.max_u(greatest, code)
  }
  sum = i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1)
  greatest = i32x4.max_u(greatest, upper(greatest))
  most = max(<u32>i32x4.extract_lane(greatest, 0), <u32>i32x4.extract_lane(greatest, 1))
  for (; k < bytes; k += 4) {
    const code = <u32>i32x4.extract_lane(codesOf<T>(i32x4.splat(load<i32>(block + k) - load<i32>(block + k - 4))), 0)
    store<u32>(codes + k, code)
    sum += code
    most = max(most, code)
  }
}

/** Writes the bits that are not yet written, and zeros behind them: 8 bytes in all. */
// @ts-ignore: decorator
@inline function write(out: usize, pending: u64, bits: u32): void {
  store<u64>(out, bswap<u64>(pending << <u64>(64 - bits)))
}

/**
 * Codes `count` integers to `to`, which has room for `maxRiceBytes`; returns the number of bytes. `codes` has room
 * for a block.
 */
// @ts-ignore: decorator
@inline function encodeTile<T>(from: usize, count: i32, to: usize, blocksize: i32, codes: usize): i32 {
  const width: u32 = 8 * sizeof<T>()
  const splitBits: u32 = sizeof<T>() == 1 ? 3 : sizeof<T>() == 2 ? 4 : 5
  const uncoded: u32 = sizeof<T>() == 1 ? 6 : sizeof<T>() == 2 ? 14 : 25
  const mask: u32 = sizeof<T>() == 1 ? 0xff : sizeof<T>() == 2 ? 0xffff : 0xffffffff
  // The last bits, how many of them are not yet written, and where they go: all whole bytes are written whenever some bits are added.
  const first = load<i32>(from)
  let pending: u64 = <u64>(<u32>first & mask)
  let bits: u32 = width
  let out = to
  // The first integer is its own predecessor.
  const before = load<i32>(from - 4)
  store<i32>(from - 4, first)
  for (let i = 0; i < count; i += blocksize) {
    const size = min(blocksize, count - i)
    const block = from + (<usize>i << 2)
    findCodes<T>(block, size, codes)
    const end = codes + (<usize>size << 2)
    const mean = (<f64>sum - <f64>(size / 2) - 1) / <f64>size
    const split: u32 = 32 - <u32>clz<u32>((mean < 0 ? 0 : <u32>mean) >>> 1)
    const mark: u32 = split >= uncoded ? uncoded + 1 : sum == 0 ? 0 : split + 1
    pending = (pending << <u64>splitBits) | <u64>mark
    bits += splitBits
    write(out, pending, bits)
    out += bits >>> 3
    bits &= 7
    if (mark == 0) continue
    let at = codes
    if (split >= uncoded) {
      for (; at < end; at += 4) {
        pending = (pending << <u64>width) | <u64>load<u32>(at)
        bits += width
        write(out, pending, bits)
        out += bits >>> 3
        bits &= 7
      }
      continue
    }
    const one = <u64>1 << <u64>split
    const low: u32 = <u32>one - 1
    const fixed = split + 1
    const longest = (most >>> split) + fixed
    if (longest <= FOURTH) {
      for (; at + 16 <= end; at += 16) {
        const a = load<u32>(at)
        const b = load<u32>(at, 4)
        const c = load<u32>(at, 8)
        const d = load<u32>(at, 12)
        const bBits = (b >>> split) + fixed
        const dBits = (d >>> split) + fixed
        const abBits = (a >>> split) + fixed + bBits
        const cdBits = (c >>> split) + fixed + dBits
        const ab = ((one | <u64>(a & low)) << <u64>bBits) | one | <u64>(b & low)
        const cd = ((one | <u64>(c & low)) << <u64>dBits) | one | <u64>(d & low)
        pending = (((pending << <u64>abBits) | ab) << <u64>cdBits) | cd
        bits += abBits + cdBits
        write(out, pending, bits)
        out += bits >>> 3
        bits &= 7
      }
    } else if (longest <= HALF) {
      for (; at + 8 <= end; at += 8) {
        const a = load<u32>(at)
        const b = load<u32>(at, 4)
        const aBits = (a >>> split) + fixed
        const bBits = (b >>> split) + fixed
        pending = (((pending << <u64>aBits) | one | <u64>(a & low)) << <u64>bBits) | one | <u64>(b & low)
        bits += aBits + bBits
        write(out, pending, bits)
        out += bits >>> 3
        bits &= 7
      }
    }
    for (; at < end; at += 4) {
      const code = load<u32>(at)
      let zeros = code >>> split
      while (zeros > 24) {
        pending <<= 24
        bits += 24
        write(out, pending, bits)
        out += bits >>> 3
        bits &= 7
        zeros -= 24
      }
      const length = zeros + fixed
      pending = (pending << <u64>length) | one | <u64>(code & low)
      bits += length
      write(out, pending, bits)
      out += bits >>> 3
      bits &= 7
    }
  }
  store<i32>(from - 4, before)
  if (bits > 0) out++
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
