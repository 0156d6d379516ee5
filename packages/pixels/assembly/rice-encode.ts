// Rice coding (R. F. Rice, P.-S. Yeh, W. Miller 1993, JPL publication 93-21; as cfitsio writes it): differences of neighbours, of each block the
// number of low bits by their mean.
import { reverse, upper } from './lanes'

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
  let sums = i32x4.splat(0)
  let greatest = i32x4.splat(0)
  let k: usize = 0
  for (; k + 16 <= bytes; k += 16) {
    const code = codesOf<T>(i32x4.sub(v128.load(block + k), v128.load(block + k - 4)))
    v128.store(codes + k, code)
    sums = i32x4.add(sums, code)
    greatest = i32x4.max_u(greatest, code)
  }
  sums = i32x4.add(sums, upper(sums))
  let some = <u32>i32x4.extract_lane(sums, 0) + <u32>i32x4.extract_lane(sums, 1)
  greatest = i32x4.max_u(greatest, upper(greatest))
  most = max(<u32>i32x4.extract_lane(greatest, 0), <u32>i32x4.extract_lane(greatest, 1))
  for (; k < bytes; k += 4) {
    const code = <u32>i32x4.extract_lane(codesOf<T>(i32x4.splat(load<i32>(block + k) - load<i32>(block + k - 4))), 0)
    store<u32>(codes + k, code)
    some += code
    most = max(most, code)
  }
  // As a rule they are so small that 32 bits have room for the sum.
  sum = <u64>most * size <= <u64>u32.MAX_VALUE ? <u64>some : sumOf(codes, bytes)
}

/** The sum of numbers, however large. */
function sumOf(codes: usize, bytes: usize): u64 {
  let sum: u64 = 0
  for (let k: usize = 0; k < bytes; k += 4) sum += load<u32>(codes + k)
  return sum
}

/** Powers of two by their exponents, up to 15: the lower byte, and the higher one. */
const POWERS = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0)
const HIGH_POWERS = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128)


/** About the mean of a block's codes: 0 where it is below. */
// @ts-ignore: decorator
@inline function meanOf(sum: u64, size: i32): u32 {
  const more = <i64>sum - (size >> 1) - 1
  if (more < 0) return 0
  return size == 32 ? <u32>(more >>> 5) : <u32>(<f64>more / <f64>size)
}

/** Writes the bits that are not yet written, and zeros after them: 8 bytes in all, of which the first is the last before an address. */
// @ts-ignore: decorator
@inline function write(out: usize, pending: u64, bits: u32): void {
  store<u64>(out - 8, pending << <u64>(64 - bits))
}

/**
 * Codes `count` integers to `to`, which has room for `room` bytes, as `maxRiceBytes` has it, and 8 more; returns the number of bytes. `codes`
 * has room for a block.
 *
 * The bytes are written from the last one down, in the machine's order, and reversed when all are there: no kernel has an instruction for the
 * bytes of a single number.
 */
// @ts-ignore: decorator
@inline function encodeTile<T>(from: usize, count: i32, to: usize, room: usize, blocksize: i32, codes: usize): i32 {
  const width: u32 = 8 * sizeof<T>()
  const splitBits: u32 = sizeof<T>() == 1 ? 3 : sizeof<T>() == 2 ? 4 : 5
  const uncoded: u32 = sizeof<T>() == 1 ? 6 : sizeof<T>() == 2 ? 14 : 25
  const mask: u32 = sizeof<T>() == 1 ? 0xff : sizeof<T>() == 2 ? 0xffff : 0xffffffff
  // The last bits, how many of them are not yet written, and where they go: all whole bytes are written whenever some bits are added.
  const first = load<i32>(from)
  let pending: u64 = <u64>(<u32>first & mask)
  let bits: u32 = width
  const start = to + room + 8
  let out = start
  // The first integer is its own predecessor.
  const before = load<i32>(from - 4)
  store<i32>(from - 4, first)
  for (let i = 0; i < count; i += blocksize) {
    const size = min(blocksize, count - i)
    const block = from + (<usize>i << 2)
    findCodes<T>(block, size, codes)
    const end = codes + (<usize>size << 2)
    const split: u32 = 32 - <u32>clz<u32>(meanOf(sum, size) >>> 1)
    const mark: u32 = split >= uncoded ? uncoded + 1 : sum == 0 ? 0 : split + 1
    pending = (pending << <u64>splitBits) | <u64>mark
    bits += splitBits
    write(out, pending, bits)
    out -= bits >>> 3
    bits &= 7
    if (mark == 0) continue
    let at = codes
    if (split >= uncoded) {
      for (; at < end; at += 4) {
        pending = (pending << <u64>width) | <u64>load<u32>(at)
        bits += width
        write(out, pending, bits)
        out -= bits >>> 3
        bits &= 7
      }
      continue
    }
    const one = <u64>1 << <u64>split
    const low: u32 = <u32>one - 1
    const fixed = split + 1
    const longest = (most >>> split) + fixed
    if (longest <= FOURTH) {
      const lows = i16x8.splat(<i16>low)
      const ones = i16x8.splat(<i16>one)
      const more = i16x8.splat(<i16>fixed)
      for (; at + 32 <= end; at += 32) {
        // Eight codes, in 16 bits each: so few bits as they have do not come from more.
        const code = i16x8.narrow_i32x4_u(v128.load(at), v128.load(at, 16))
        const lengths = i16x8.add(i16x8.shr_u(code, split), more)
        const words = v128.or(v128.and(code, lows), ones)
        // The first of each pair times a power of two that has room for the second, and the second.
        const second = i32x4.shr_u(lengths, 16)
        const power = i8x16.swizzle(POWERS, v128.or(second, i32x4.splat(0x80008000)))
        const highPower = i8x16.swizzle(HIGH_POWERS, v128.or(i32x4.shl(second, 8), i32x4.splat(0x80800080)))
        const pair = i32x4.dot_i16x8_s(words, v128.or(power, highPower))
        const pairBits = i32x4.extadd_pairwise_i16x8_u(lengths)
        const ab = <u64>i64x2.extract_lane(pair, 0)
        const cd = <u64>i64x2.extract_lane(pair, 1)
        const abBits = <u64>i64x2.extract_lane(pairBits, 0)
        const cdBits = <u64>i64x2.extract_lane(pairBits, 1)
        const bBits = abBits >>> 32
        const dBits = cdBits >>> 32
        pending = (pending << (abBits + bBits)) | (<u64>(<u32>ab) << bBits) | (ab >>> 32)
        bits += <u32>(abBits + bBits)
        write(out, pending, bits)
        out -= bits >>> 3
        bits &= 7
        pending = (pending << (cdBits + dBits)) | (<u64>(<u32>cd) << dBits) | (cd >>> 32)
        bits += <u32>(cdBits + dBits)
        write(out, pending, bits)
        out -= bits >>> 3
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
        out -= bits >>> 3
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
        out -= bits >>> 3
        bits &= 7
        zeros -= 24
      }
      const length = zeros + fixed
      pending = (pending << <u64>length) | one | <u64>(code & low)
      bits += length
      write(out, pending, bits)
      out -= bits >>> 3
      bits &= 7
    }
  }
  store<i32>(from - 4, before)
  if (bits > 0) out--
  reverse(out, start)
  memory.copy(to, out, start - out)
  return <i32>(start - out)
}

export function encodeRice8(from: usize, count: i32, to: usize, room: usize, blocksize: i32, codes: usize): i32 {
  return encodeTile<u8>(from, count, to, room, blocksize, codes)
}
export function encodeRice16(from: usize, count: i32, to: usize, room: usize, blocksize: i32, codes: usize): i32 {
  return encodeTile<i16>(from, count, to, room, blocksize, codes)
}
export function encodeRice32(from: usize, count: i32, to: usize, room: usize, blocksize: i32, codes: usize): i32 {
  return encodeTile<i32>(from, count, to, room, blocksize, codes)
}
