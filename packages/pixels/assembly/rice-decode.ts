// Rice decoding (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414). The coded bytes of a tile are first reversed, all of
// them: then any 57 bits are one load and a shift away. Four codes are taken out of such a window, each as the number of its zeros and a word
// that ends with its low bits; what they come to, the differences they stand for and the sums of those are made by vectors, a chunk at a time.
// Tiles go four side by side: where a code ends is known late, and meanwhile the processor has the others' to do.
import { reversedAll } from './lanes'

/** Bits of a window that are there, wherever it begins. */
const WINDOW_BITS: u64 = 57

/** Codes that are taken before anything is made of them; while they are, nobody looks whether the bits are over. */
const CHUNK: i32 = 32

/** Where the words and the zeros of a chunk are, seen from the first word, and where those of the next tile begin. */
const ZEROS: usize = 128
const CHUNK_BYTES: usize = 256

/** Zeros behind the reversed bytes: what a chunk, and a window at its end, may touch. */
const PAD: usize = 128

/** From which split on the codes of a block are not split at all; a split is one less than what the file has. */
// @ts-ignore: decorator
@inline function uncodedOf(width: u32): u64 {
  return width == 8 ? 7 : width == 16 ? 15 : 26
}

// @ts-ignore: decorator
@inline function splitBitsOf(width: u32): u64 {
  return width == 8 ? 3 : width == 16 ? 4 : 5
}

/** Reverses the coded bytes of a tile, and has zeros follow them. Returns where the window at bit 0 is. */
// @ts-ignore: decorator
@inline function reverse(from: usize, length: usize, bits: usize): usize {
  const whole = (length + 15) & ~15
  const last = bits + PAD + whole - 16
  for (let i: usize = 0; i < PAD; i += 16) v128.store(bits + i, i64x2.splat(0))
  for (let i: usize = 0; i < whole; i += 16) v128.store(last - i, reversedAll(v128.load(from + i)))
  // What was behind the coded bytes is none of theirs.
  for (let i = length; i < whole; i++) store<u8>(last + 15 - i, 0)
  return last + 8
}

/** The bits from a bit on, the first as the highest: 57 of them, and zeros or more bits behind. */
// @ts-ignore: decorator
@inline function windowAt(start: usize, at: u32): u64 {
  return load<u64>(start - <usize>(at >> 3)) << <u64>(at & 7)
}

/**
 * Takes four codes, each of `low` bits behind its zeros: a one, and its low bits. Returns where they end; behind `end` where the bits are over.
 */
// @ts-ignore: decorator
@inline function takeFour(start: usize, at: u32, low: u64, end: u32, to: usize): u32 {
  let window = windowAt(start, at)
  let zeros = clz(window)
  let length = zeros + low
  let used = length
  window = rotl(window, length)
  store<u32>(to, <u32>window)
  store<u32>(to, <u32>zeros, ZEROS)
  zeros = clz(window)
  length = zeros + low
  used += length
  window = rotl(window, length)
  store<u32>(to, <u32>window, 4)
  store<u32>(to, <u32>zeros, ZEROS + 4)
  zeros = clz(window)
  length = zeros + low
  used += length
  window = rotl(window, length)
  store<u32>(to, <u32>window, 8)
  store<u32>(to, <u32>zeros, ZEROS + 8)
  zeros = clz(window)
  length = zeros + low
  used += length
  store<u32>(to, <u32>rotl(window, length), 12)
  store<u32>(to, <u32>zeros, ZEROS + 12)
  if (used <= WINDOW_BITS) return at + <u32>used
  return takeEach(start, at, low, end, to, 4)
}

/** Takes codes one by one, however long they are. */
function takeEach(start: usize, at: u32, low: u64, end: u32, to: usize, count: i32): u32 {
  for (let i = 0; i < count; i++, to += 4) {
    let window = windowAt(start, at)
    let before: u32 = 0
    while (window == 0) {
      const some = 64 - (at & 7)
      before += some
      at += some
      if (at > end) return end + 1
      window = windowAt(start, at)
    }
    const zeros = clz(window)
    const length = zeros + low
    at += <u32>length
    if (at > end) return end + 1
    store<u32>(to, <u32>(length <= WINDOW_BITS ? rotl(window, length) : windowAt(start, at - 32) >>> 32))
    store<u32>(to, before + <u32>zeros, ZEROS)
  }
  return at
}

/** Takes the codes of a chunk that are not all split, or are no whole fours. */
function takeOthers(start: usize, at: u32, low: u64, end: u32, to: usize, count: i32, width: u32): u32 {
  // What is behind the last code adds nothing.
  memory.fill(to, 0, CHUNK_BYTES)
  if (low == 0) return at
  if (low < uncodedOf(width)) return takeEach(start, at, low, end, to, count)
  if (at > end || end - at < <u32>count * width) return end + 1
  for (let i = 0; i < count; i++, to += 4, at += width) store<u32>(to, <u32>(windowAt(start, at) >>> <u64>(64 - width)))
  return at
}

/** Cuts the lanes to integers of 1, 2 or 4 bytes, of which those of one byte have no sign. */
// @ts-ignore: decorator
@inline function cut(values: v128, width: u32): v128 {
  if (width == 8) return v128.and(values, i32x4.splat(0xff))
  if (width == 16) return i32x4.shr_s(i32x4.shl(values, 16), 16)
  return values
}

/** Makes integers of a chunk's codes: of the differences that they stand for, each added to the one before. Returns the last, uncut. */
// @ts-ignore: decorator
@inline function addUpTo(width: u32, codes: usize, to: usize, count: i32, low: u64, last: v128): v128 {
  const split = <u32>low - 1
  const mask = i32x4.splat(low == 0 ? 0 : low < uncodedOf(width) ? (1 << split) - 1 : -1)
  const power = i32x4.splat(1 << split)
  const none = i32x4.splat(0)
  for (const end = to + (<usize>count << 2); to < end; to += 16, codes += 16) {
    const code = v128.or(v128.and(v128.load(codes), mask), i32x4.mul(v128.load(codes, ZEROS), power))
    let sums = v128.xor(i32x4.shr_u(code, 1), i32x4.shr_s(i32x4.shl(code, 31), 31))
    sums = i32x4.add(sums, v128.shuffle<i32>(none, sums, 3, 4, 5, 6))
    sums = i32x4.add(sums, v128.shuffle<i32>(none, sums, 2, 3, 4, 5))
    sums = i32x4.add(sums, last)
    last = v128.shuffle<i32>(sums, sums, 3, 3, 3, 3)
    v128.store(to, cut(sums, width))
  }
  return last
}

function addUp(width: u32, codes: usize, to: usize, count: i32, low: u64, last: v128): v128 {
  if (width == 32) return addUpTo(32, codes, to, count, low, last)
  if (width == 16) return addUpTo(16, codes, to, count, low, last)
  return addUpTo(8, codes, to, count, low, last)
}

/** The integer that stands before the first block. */
// @ts-ignore: decorator
@inline function firstOf(start: usize, width: u32): v128 {
  return i32x4.splat(<i32>(windowAt(start, 0) >>> <u64>(64 - width)))
}

/**
 * Decodes `count` integers of so many bits; returns whether the bytes held them all. Where `count` or `blocksize` is no multiple of 4, up to
 * three more are written.
 *
 * @param from the coded bytes, with 16 more behind them that may be read
 * @param bits 512 bytes more than `length`
 */
export function decodeRice(from: usize, length: u32, to: usize, count: i32, blocksize: i32, bits: usize, width: u32): bool {
  const start = reverse(from, length, bits + CHUNK_BYTES)
  const skipped = 64 - splitBitsOf(width)
  const uncoded = uncodedOf(width)
  const end = length << 3
  let at = width
  let last = firstOf(start, width)
  let low: u64 = 0
  for (let i = 0, left = 0; i < count; ) {
    if (left == 0) {
      low = windowAt(start, at) >>> skipped
      at += 64 - <u32>skipped
      left = min(blocksize, count - i)
    }
    const some = min(left, CHUNK)
    if (low - 1 >= uncoded - 1 || (some & 3) != 0) at = takeOthers(start, at, low, end, bits, some, width)
    else for (let t = bits; t < bits + (<usize>some << 2); t += 16) at = takeFour(start, at, low, end, t)
    if (at > end) return false
    last = addUp(width, bits, to + (<usize>i << 2), some, low, last)
    i += some
    left -= some
  }
  return true
}

/**
 * Decodes four tiles of `count` integers side by side, each `next` bytes behind the one before. Returns whether the bytes of all held them all.
 *
 * @param bits four times `room`: that is 512 bytes more than the longest tile
 */
export function decodeRiceFour(from0: usize, length0: u32, from1: usize, length1: u32, from2: usize, length2: u32, from3: usize, length3: u32, to: usize, next: usize, count: i32, blocksize: i32, bits: usize, room: usize, width: u32): bool {
  // The chunks come first: so they are apart by what the compiler knows.
  const step = room - CHUNK_BYTES
  const reversed = bits + 4 * CHUNK_BYTES
  const start0 = reverse(from0, length0, reversed)
  const start1 = reverse(from1, length1, reversed + step)
  const start2 = reverse(from2, length2, reversed + 2 * step)
  const start3 = reverse(from3, length3, reversed + 3 * step)
  const end0 = length0 << 3
  const end1 = length1 << 3
  const end2 = length2 << 3
  const end3 = length3 << 3
  let last0 = firstOf(start0, width)
  let last1 = firstOf(start1, width)
  let last2 = firstOf(start2, width)
  let last3 = firstOf(start3, width)
  let at0 = width
  let at1 = width
  let at2 = width
  let at3 = width
  let low0: u64 = 0
  let low1: u64 = 0
  let low2: u64 = 0
  let low3: u64 = 0
  const skipped = 64 - splitBitsOf(width)
  const uncoded = uncodedOf(width)
  for (let i = 0, left = 0; i < count; ) {
    if (left == 0) {
      low0 = windowAt(start0, at0) >>> skipped
      low1 = windowAt(start1, at1) >>> skipped
      low2 = windowAt(start2, at2) >>> skipped
      low3 = windowAt(start3, at3) >>> skipped
      at0 += 64 - <u32>skipped
      at1 += 64 - <u32>skipped
      at2 += 64 - <u32>skipped
      at3 += 64 - <u32>skipped
      left = min(blocksize, count - i)
    }
    const some = min(left, CHUNK)
    const most = max(max(low0 - 1, low1 - 1), max(low2 - 1, low3 - 1))
    if (most >= uncoded - 1 || (some & 3) != 0) {
      at0 = takeOthers(start0, at0, low0, end0, bits, some, width)
      at1 = takeOthers(start1, at1, low1, end1, bits + CHUNK_BYTES, some, width)
      at2 = takeOthers(start2, at2, low2, end2, bits + 2 * CHUNK_BYTES, some, width)
      at3 = takeOthers(start3, at3, low3, end3, bits + 3 * CHUNK_BYTES, some, width)
    } else {
      for (let t = bits; t < bits + (<usize>some << 2); t += 16) {
        at0 = takeFour(start0, at0, low0, end0, t)
        at1 = takeFour(start1, at1, low1, end1, t + CHUNK_BYTES)
        at2 = takeFour(start2, at2, low2, end2, t + 2 * CHUNK_BYTES)
        at3 = takeFour(start3, at3, low3, end3, t + 3 * CHUNK_BYTES)
      }
    }
    if (at0 > end0 || at1 > end1 || at2 > end2 || at3 > end3) return false
    let into = to + (<usize>i << 2)
    last0 = addUp(width, bits, into, some, low0, last0)
    last1 = addUp(width, bits + CHUNK_BYTES, (into += next), some, low1, last1)
    last2 = addUp(width, bits + 2 * CHUNK_BYTES, (into += next), some, low2, last2)
    last3 = addUp(width, bits + 3 * CHUNK_BYTES, (into += next), some, low3, last3)
    i += some
    left -= some
  }
  return true
}
