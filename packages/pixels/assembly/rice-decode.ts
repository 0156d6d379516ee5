// Rice decoding (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414). The coded bytes are first reversed in groups of
// eight, so that any 64 bits are two loads away; then four codes at a time are taken out of one window, and when the tile's are all there, they
// become differences and those are added up, by vectors.
import { reversed64 } from './lanes'

/** The 64 bits from a bit on, the first as the highest. */
// @ts-ignore: decorator
@inline function windowAt(bits: usize, at: u32): u64 {
  const word = bits + <usize>((at >> 6) << 3)
  const skipped = <u64>(at & 63)
  return (load<u64>(word) << skipped) | ((load<u64>(word, 8) >>> 1) >>> (63 - skipped))
}

/** The code of a window that is shifted to the one behind the zeros: those are `zeros`, and the low bits 63 - `rest`. */
// @ts-ignore: decorator
@inline function codeOf(shifted: u64, zeros: u64, split: u64, rest: u64): u32 {
  return <u32>((zeros - 1) << split) + <u32>(shifted >>> rest)
}

// Where the codes end that were taken last.
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

/** Reverses the coded bytes of a tile, and has zeros follow them. */
// @ts-ignore: decorator
@inline function reverse(from: usize, length: usize, bits: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(bits + i, reversed64(v128.load(from + i)))
  const padded = bits + ((length + 15) & ~15)
  for (let i: usize = 0; i < 48; i += 16) v128.store(padded + i, i64x2.splat(0))
}

// @ts-ignore: decorator
@inline function splitBitsOf(width: u32): u32 {
  return width == 8 ? 3 : width == 16 ? 4 : 5
}

/** From which split on a block is not coded. */
// @ts-ignore: decorator
@inline function uncodedOf(width: u32): i32 {
  return width == 8 ? 6 : width == 16 ? 14 : 25
}

/** Takes the codes of a block, behind its split, which is one less than the file's. False where the bits end first. */
// @ts-ignore: decorator
@inline function codesOfBlock(bits: usize, at: u32, split: i32, width: u32, to: usize, count: i32, endBit: u32): bool {
  const end = to + (<usize>count << 2)
  if (split < 0) {
    for (; to < end; to += 4) store<u32>(to, 0)
  } else if (split >= uncodedOf(width)) {
    if (<u64>at + <u64>count * <u64>width > <u64>endBit) return false
    for (; to < end; to += 4, at += width) store<u32>(to, <u32>(windowAt(bits, at) >>> <u64>(64 - width)))
  } else {
    const low = <u64>(split + 1)
    const rest = <u64>(63 - split)
    const s = <u64>split
    for (; to + 16 <= end; to += 16) {
      if (at > endBit) return false
      const a = windowAt(bits, at)
      const z0 = clz(a)
      const w0 = a << z0
      const b = w0 << low
      const z1 = clz(b)
      const w1 = b << z1
      const c = w1 << low
      const z2 = clz(c)
      const w2 = c << z2
      const d = w2 << low
      const z3 = clz(d)
      const used = z0 + z1 + z2 + z3 + (low << 2)
      if (used <= 64) {
        store<u32>(to, codeOf(w0, z0, s, rest))
        store<u32>(to, codeOf(w1, z1, s, rest), 4)
        store<u32>(to, codeOf(w2, z2, s, rest), 8)
        store<u32>(to, codeOf(d << z3, z3, s, rest), 12)
        at += <u32>used
      } else {
        if (!codesAlone(bits, at, <u32>split, to, 4, endBit)) return false
        at = bitAfter
      }
    }
    if (to < end) {
      if (!codesAlone(bits, at, <u32>split, to, <i32>((end - to) >> 2), endBit)) return false
      at = bitAfter
    }
  }
  bitAfter = at
  return at <= endBit
}

/** `codesOfBlock` for the few blocks of a pair that cannot go side by side. */
function blockAlone(bits: usize, at: u32, split: i32, width: u32, to: usize, count: i32, endBit: u32): bool {
  return codesOfBlock(bits, at, split, width, to, count, endBit)
}

/** Takes codes one by one, however long they are. False where the bits end first. */
function codesAlone(bits: usize, at: u32, split: u32, to: usize, count: i32, endBit: u32): bool {
  for (const end = to + (<usize>count << 2); to < end; to += 4) {
    store<u32>(to, codeAlone(bits, at, split, endBit))
    at = bitAfter
    if (at > endBit) return false
  }
  bitAfter = at
  return at <= endBit
}

/** An integer of 1, 2 or 4 bytes, from the lowest bits of one that is not cut. */
// @ts-ignore: decorator
@inline function cut(value: i32, width: u32): i32 {
  if (width == 8) return value & 0xff
  if (width == 16) return (value << 16) >> 16
  return value
}

/** Makes integers of codes: of the differences that they stand for, from a first integer on. */
// @ts-ignore: decorator
@inline function addUp(codes: usize, count: i32, first: i32, width: u32): void {
  const none = i32x4.splat(0)
  const one = i32x4.splat(1)
  let last = i32x4.splat(first)
  let at = codes
  for (const end = codes + (<usize>(count & ~3) << 2); at < end; at += 16) {
    const code = v128.load(at)
    let sums = v128.xor(i32x4.shr_u(code, 1), i32x4.neg(v128.and(code, one)))
    sums = i32x4.add(sums, v128.shuffle<i32>(none, sums, 0, 4, 5, 6))
    sums = i32x4.add(sums, v128.shuffle<i32>(none, sums, 0, 1, 4, 5))
    sums = i32x4.add(sums, last)
    last = v128.shuffle<i32>(sums, sums, 3, 3, 3, 3)
    if (width == 8) sums = v128.and(sums, i32x4.splat(0xff))
    else if (width == 16) sums = i32x4.shr_s(i32x4.shl(sums, 16), 16)
    v128.store(at, sums)
  }
  let value = i32x4.extract_lane(last, 0)
  for (const end = codes + (<usize>count << 2); at < end; at += 4) {
    const code = load<u32>(at)
    value += <i32>(code >>> 1) ^ -(<i32>(code & 1))
    store<i32>(at, cut(value, width))
  }
}

/**
 * Decodes `count` integers; returns whether the bytes held them all.
 *
 * @param from the coded bytes, with 16 more behind them that may be read
 * @param bits where the reversed bytes go: `length` and 64 more
 */
// @ts-ignore: decorator
@inline function decodeTile(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize, width: u32): bool {
  reverse(from, length, bits)
  const splitBits = splitBitsOf(width)
  const endBit = <u32>(length << 3)
  let at = width
  for (let i = 0; i < count; i += blocksize) {
    const split = <i32>(windowAt(bits, at) >>> <u64>(64 - splitBits)) - 1
    if (!codesOfBlock(bits, at + splitBits, split, width, to + (<usize>i << 2), min(blocksize, count - i), endBit)) return false
    at = bitAfter
  }
  addUp(to, count, <i32>(windowAt(bits, 0) >>> <u64>(64 - width)), width)
  return true
}

/**
 * Decodes two tiles of `count` integers side by side, the second's behind the first's whole fours: where one code ends is known late, and
 * meanwhile the processor has the other tile's to do. Returns whether the bytes of both held them all.
 *
 * @param bitsA where the reversed bytes of the first go, as for one tile; the second's go to `bitsB`
 */
// @ts-ignore: decorator
@inline function decodePair(fromA: usize, lengthA: usize, bitsA: usize, fromB: usize, lengthB: usize, bitsB: usize, to: usize, count: i32, blocksize: i32, width: u32): bool {
  reverse(fromA, lengthA, bitsA)
  reverse(fromB, lengthB, bitsB)
  const splitBits = splitBitsOf(width)
  const uncoded = <u32>uncodedOf(width)
  const endA = <u32>(lengthA << 3)
  const endB = <u32>(lengthB << 3)
  const next = <usize>((count + 3) & ~3) << 2
  let atA = width
  let atB = width
  for (let i = 0; i < count; i += blocksize) {
    const splitA = <i32>(windowAt(bitsA, atA) >>> <u64>(64 - splitBits)) - 1
    const splitB = <i32>(windowAt(bitsB, atB) >>> <u64>(64 - splitBits)) - 1
    atA += splitBits
    atB += splitBits
    const length = min(blocksize, count - i)
    let into = to + (<usize>i << 2)
    if (<u32>splitA >= uncoded || <u32>splitB >= uncoded || (length & 3) != 0) {
      if (!blockAlone(bitsA, atA, splitA, width, into, length, endA)) return false
      atA = bitAfter
      if (!blockAlone(bitsB, atB, splitB, width, into + next, length, endB)) return false
      atB = bitAfter
      continue
    }
    const sA = <u64>splitA
    const sB = <u64>splitB
    const lowA = sA + 1
    const lowB = sB + 1
    const restA = 63 - sA
    const restB = 63 - sB
    for (const end = into + (<usize>length << 2); into < end; into += 16) {
      if (atA > endA || atB > endB) return false
      let a = windowAt(bitsA, atA)
      let b = windowAt(bitsB, atB)
      let z = clz(a)
      let usedA = z
      a <<= z
      store<u32>(into, codeOf(a, z, sA, restA))
      let y = clz(b)
      let usedB = y
      b <<= y
      store<u32>(into + next, codeOf(b, y, sB, restB))
      a <<= lowA
      b <<= lowB
      z = clz(a)
      usedA += z
      a <<= z
      store<u32>(into, codeOf(a, z, sA, restA), 4)
      y = clz(b)
      usedB += y
      b <<= y
      store<u32>(into + next, codeOf(b, y, sB, restB), 4)
      a <<= lowA
      b <<= lowB
      z = clz(a)
      usedA += z
      a <<= z
      store<u32>(into, codeOf(a, z, sA, restA), 8)
      y = clz(b)
      usedB += y
      b <<= y
      store<u32>(into + next, codeOf(b, y, sB, restB), 8)
      a <<= lowA
      b <<= lowB
      z = clz(a)
      usedA += z + (lowA << 2)
      store<u32>(into, codeOf(a << z, z, sA, restA), 12)
      y = clz(b)
      usedB += y + (lowB << 2)
      store<u32>(into + next, codeOf(b << y, y, sB, restB), 12)
      if (usedA <= 64) atA += <u32>usedA
      else {
        if (!codesAlone(bitsA, atA, <u32>splitA, into, 4, endA)) return false
        atA = bitAfter
      }
      if (usedB <= 64) atB += <u32>usedB
      else {
        if (!codesAlone(bitsB, atB, <u32>splitB, into + next, 4, endB)) return false
        atB = bitAfter
      }
    }
    if (atA > endA || atB > endB) return false
  }
  addUp(to, count, <i32>(windowAt(bitsA, 0) >>> <u64>(64 - width)), width)
  addUp(to + next, count, <i32>(windowAt(bitsB, 0) >>> <u64>(64 - width)), width)
  return true
}

export function decodeRice8(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  return decodeTile(from, length, to, count, blocksize, bits, 8)
}
export function decodeRice16(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  return decodeTile(from, length, to, count, blocksize, bits, 16)
}
export function decodeRice32(from: usize, length: usize, to: usize, count: i32, blocksize: i32, bits: usize): bool {
  return decodeTile(from, length, to, count, blocksize, bits, 32)
}

/** Decodes two tiles: the integers of the second follow those of the first, filled up to whole fours. */
export function decodeRicePair8(fromA: usize, lengthA: usize, bitsA: usize, fromB: usize, lengthB: usize, bitsB: usize, to: usize, count: i32, blocksize: i32): bool {
  return decodePair(fromA, lengthA, bitsA, fromB, lengthB, bitsB, to, count, blocksize, 8)
}
export function decodeRicePair16(fromA: usize, lengthA: usize, bitsA: usize, fromB: usize, lengthB: usize, bitsB: usize, to: usize, count: i32, blocksize: i32): bool {
  return decodePair(fromA, lengthA, bitsA, fromB, lengthB, bitsB, to, count, blocksize, 16)
}
export function decodeRicePair32(fromA: usize, lengthA: usize, bitsA: usize, fromB: usize, lengthB: usize, bitsB: usize, to: usize, count: i32, blocksize: i32): bool {
  return decodePair(fromA, lengthA, bitsA, fromB, lengthB, bitsB, to, count, blocksize, 32)
}
