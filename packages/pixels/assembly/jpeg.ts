// Rows of grey blocks as a baseline JPEG has them (ITU-T T.81): transformed, quantised, and in Huffman's code.
//
// The cosine transform is that of Y. Arai, T. Agui and M. Nakajima (1988, Trans. IEICE E-71, 1095), in integers of 16 bits: of twice the pixels,
// so that no sum leaves the type, and with products rounded to the nearest.
import { reversedAll } from './lanes'

const SIDE: usize = 8
const ROW: usize = 16

/** Bytes of a block of coefficients, behind which are the bits of those that are not 0; and of both. */
const BITS: usize = 128
const BLOCK: usize = 136

/** Bytes that a block takes at most: of each coefficient 27 bits. */
const MOST: usize = 216

/** Where tables have what; as `JpegTables` lays them out. */
const ZIGZAG: usize = 256
const SHORT_CODES: usize = ZIGZAG + 64
const SHORT_RUN: u32 = 64
const LONG_CODES: usize = SHORT_CODES + 16 * 64 * 4
const DC_CODES: usize = LONG_CODES + 256 * 4
const ZERO_RUN: usize = LONG_CODES + 0xf0 * 4

/** Added to a float it leaves the nearest integer in the low bits; and what those of its own are. */
const MAGIC: f32 = 12582912
const MAGIC_BITS: i32 = 0x4b400000

/** What is below one of products by the cosines. */
// @ts-ignore: decorator
@inline function times(v: v128, factor: i16): v128 {
  return i16x8.q15mulr_sat_s(v, i16x8.splat(factor))
}

/** Transforms the columns of a block, in its place. */
function transform(block: usize): void {
  const v0 = v128.load(block)
  const v1 = v128.load(block, 16)
  const v2 = v128.load(block, 32)
  const v3 = v128.load(block, 48)
  const v4 = v128.load(block, 64)
  const v5 = v128.load(block, 80)
  const v6 = v128.load(block, 96)
  const v7 = v128.load(block, 112)
  const s0 = i16x8.add(v0, v7)
  const s1 = i16x8.add(v1, v6)
  const s2 = i16x8.add(v2, v5)
  const s3 = i16x8.add(v3, v4)
  const outer = i16x8.add(s0, s3)
  const inner = i16x8.add(s1, s2)
  v128.store(block, i16x8.add(outer, inner))
  v128.store(block, i16x8.sub(outer, inner), 64)
  const c = i16x8.sub(s0, s3)
  const m1 = times(i16x8.add(c, i16x8.sub(s1, s2)), 23170)
  v128.store(block, i16x8.add(c, m1), 32)
  v128.store(block, i16x8.sub(c, m1), 96)
  const d0 = i16x8.sub(v0, v7)
  const d1 = i16x8.sub(v1, v6)
  const d2 = i16x8.sub(v2, v5)
  const e = i16x8.add(i16x8.sub(v3, v4), d2)
  const g = i16x8.add(d1, d0)
  const m5 = times(i16x8.sub(e, g), 12540)
  const m2 = i16x8.add(times(e, 17734), m5)
  const m4 = i16x8.add(i16x8.add(g, times(g, 10045)), m5)
  const m3 = times(i16x8.add(d2, d1), 23170)
  const p = i16x8.add(d0, m3)
  const q = i16x8.sub(d0, m3)
  v128.store(block, i16x8.add(p, m4), 16)
  v128.store(block, i16x8.sub(q, m2), 48)
  v128.store(block, i16x8.add(q, m2), 80)
  v128.store(block, i16x8.sub(p, m4), 112)
}

// @ts-ignore: decorator
@inline function low16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
}
// @ts-ignore: decorator
@inline function high16(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)
}
// @ts-ignore: decorator
@inline function low32(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
}
// @ts-ignore: decorator
@inline function high32(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
}
// @ts-ignore: decorator
@inline function low64(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
}
// @ts-ignore: decorator
@inline function high64(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
}

/** Makes columns of a block's rows. */
function transpose(block: usize): void {
  const v0 = v128.load(block)
  const v1 = v128.load(block, 16)
  const v2 = v128.load(block, 32)
  const v3 = v128.load(block, 48)
  const v4 = v128.load(block, 64)
  const v5 = v128.load(block, 80)
  const v6 = v128.load(block, 96)
  const v7 = v128.load(block, 112)
  const a0 = low16(v0, v1)
  const a1 = high16(v0, v1)
  const a2 = low16(v2, v3)
  const a3 = high16(v2, v3)
  const a4 = low16(v4, v5)
  const a5 = high16(v4, v5)
  const a6 = low16(v6, v7)
  const a7 = high16(v6, v7)
  const b0 = low32(a0, a2)
  const b1 = high32(a0, a2)
  const b2 = low32(a1, a3)
  const b3 = high32(a1, a3)
  const b4 = low32(a4, a6)
  const b5 = high32(a4, a6)
  const b6 = low32(a5, a7)
  const b7 = high32(a5, a7)
  v128.store(block, low64(b0, b4))
  v128.store(block, high64(b0, b4), 16)
  v128.store(block, low64(b1, b5), 32)
  v128.store(block, high64(b1, b5), 48)
  v128.store(block, low64(b2, b6), 64)
  v128.store(block, high64(b2, b6), 80)
  v128.store(block, low64(b3, b7), 96)
  v128.store(block, high64(b3, b7), 112)
}

/** Twice the pixels of a block, from -256 to 254. */
// @ts-ignore: decorator
@inline function gather(from: usize, apart: usize, block: usize): void {
  for (let row: usize = 0; row < SIDE; row++, from += apart) {
    const wide = i16x8.extend_low_i8x16_u(v128.load64_zero(from))
    v128.store(block + row * ROW, i16x8.sub(i16x8.shl(wide, 1), i16x8.splat(256)))
  }
}

// @ts-ignore: decorator
@inline function nearest(integers: v128, factors: v128): v128 {
  const product = f32x4.mul(f32x4.convert_i32x4_s(integers), factors)
  return i32x4.sub(f32x4.add(product, f32x4.splat(MAGIC)), i32x4.splat(MAGIC_BITS))
}

/** Eight coefficients, in steps. */
// @ts-ignore: decorator
@inline function quantized(v: v128, factors: usize): v128 {
  const low = nearest(i32x4.extend_low_i16x8_s(v), v128.load(factors))
  const high = nearest(i32x4.extend_high_i16x8_s(v), v128.load(factors, 16))
  return i16x8.narrow_i32x4_s(low, high)
}

/** Quantises a block, in its place. Returns a bit for each coefficient that is not 0, in the order of the zigzag. */
// @ts-ignore: decorator
@inline function quantize(block: usize, factors: usize): u64 {
  const v0 = quantized(v128.load(block), factors)
  const v1 = quantized(v128.load(block, 16), factors + 32)
  const v2 = quantized(v128.load(block, 32), factors + 64)
  const v3 = quantized(v128.load(block, 48), factors + 96)
  const v4 = quantized(v128.load(block, 64), factors + 128)
  const v5 = quantized(v128.load(block, 80), factors + 160)
  const v6 = quantized(v128.load(block, 96), factors + 192)
  const v7 = quantized(v128.load(block, 112), factors + 224)
  v128.store(block, v0)
  v128.store(block, v1, 16)
  v128.store(block, v2, 32)
  v128.store(block, v3, 48)
  v128.store(block, v4, 64)
  v128.store(block, v5, 80)
  v128.store(block, v6, 96)
  v128.store(block, v7, 112)
  const a = i8x16.narrow_i16x8_s(v0, v1)
  const b = i8x16.narrow_i16x8_s(v2, v3)
  const c = i8x16.narrow_i16x8_s(v4, v5)
  const d = i8x16.narrow_i16x8_s(v6, v7)
  const first = i8x16.shuffle(i8x16.shuffle(a, b, 0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 14, 15), c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 24)
  const second = i8x16.shuffle(i8x16.shuffle(i8x16.shuffle(a, b, 0, 26, 19, 12, 5, 6, 13, 20, 27, 9, 10, 11, 12, 13, 14, 15), c, 17, 1, 2, 3, 4, 5, 6, 7, 8, 18, 25, 11, 12, 13, 26, 19), d, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 24, 17, 14, 15)
  const third = i8x16.shuffle(i8x16.shuffle(i8x16.shuffle(a, b, 28, 21, 14, 7, 15, 22, 29, 7, 8, 9, 10, 11, 12, 13, 14, 30), c, 0, 1, 2, 3, 4, 5, 6, 20, 27, 9, 10, 11, 12, 28, 21, 15), d, 0, 1, 2, 3, 4, 5, 6, 7, 8, 18, 25, 26, 19, 13, 14, 15)
  const fourth = i8x16.shuffle(i8x16.shuffle(b, c, 7, 15, 22, 29, 4, 5, 6, 7, 30, 23, 31, 11, 12, 13, 14, 15), d, 0, 1, 2, 3, 20, 27, 28, 21, 8, 9, 10, 22, 29, 30, 23, 31)
  return some(first) | (some(second) << 16) | (some(third) << 32) | (some(fourth) << 48)
}

/** A bit for each byte that is not 0. */
// @ts-ignore: decorator
@inline function some(v: v128): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.ne(v, i8x16.splat(0))))
}

/** Transforms and quantises blocks that lie beside each other; behind each of them are its bits. */
function quantizeBlocks(from: usize, apart: usize, count: i32, factors: usize, blocks: usize): void {
  for (const end = from + <usize>count * SIDE; from < end; from += SIDE, blocks += BLOCK) {
    gather(from, apart, blocks)
    transform(blocks)
    transpose(blocks)
    transform(blocks)
    store<u64>(blocks, quantize(blocks, factors), BITS)
  }
}

/** The code of a value behind so many zeros, with its bits, times 32, and the number of all. */
// @ts-ignore: decorator
@inline function codeOf(codes: usize, run: u32, value: i32): u64 {
  const size = 32 - <u32>clz<u32>(<u32>abs<i32>(value))
  const entry = load<u32>(codes + (<usize>((run << 4) | size) << 2))
  const low = <u32>(value + (value >> 31)) & ((<u32>1 << size) - 1)
  return ((<u64>(entry >>> 5) << <u64>size) | <u64>low) << 5 | <u64>((entry & 31) + size)
}

/** The same, of the coefficient at a place of the zigzag. */
// @ts-ignore: decorator
@inline function codeAt(blocks: usize, tables: usize, run: u32, place: u32): u64 {
  const value = <i32>load<i16>(blocks + <usize>load<u8>(tables + ZIGZAG + place))
  const at = <u32>(value + 32)
  if (at < SHORT_RUN) return <u64>load<u32>(tables + SHORT_CODES + (<usize>((run << 6) + at) << 2))
  return codeOf(tables + LONG_CODES, run, value)
}

/** Writes the bits that are not yet written, and zeros after them: 8 bytes in all, of which the first is the last before an address. */
// @ts-ignore: decorator
@inline function write(out: usize, pending: u64, bits: u32): void {
  store<u64>(out - 8, pending << <u64>(64 - bits))
}

/**
 * Codes quantised blocks. The bytes are written from the last one before `to` down, in the machine's order: no kernel has an instruction that
 * reverses the bytes of a number. Returns where the bytes end, which is before `to`.
 */
function codeAll(blocks: usize, count: i32, tables: usize, to: usize): usize {
  const zeroRun = <u64>load<u32>(tables + ZERO_RUN)
  const blockEnd = <u64>load<u32>(tables + LONG_CODES)
  // The last bits, how many of them are not yet written, and where they go: all whole bytes are written whenever two codes were added.
  let pending: u64 = 0
  let bits: u32 = 0
  let out = to
  let before = 0
  for (const end = blocks + <usize>count * BLOCK; blocks < end; blocks += BLOCK) {
    const mean = <i32>load<i16>(blocks)
    let code = codeOf(tables + DC_CODES, 0, mean - before)
    before = mean
    pending = (pending << (code & 31)) | (code >>> 5)
    bits += <u32>code & 31
    let mask = load<u64>(blocks, BITS) & ~(<u64>1)
    let left = <i32>popcnt<u64>(mask)
    let next: u32 = 1
    if (left & 1) {
      const place = <u32>ctz<u64>(mask)
      mask &= mask - 1
      let run = place - next
      next = place + 1
      for (; run > 15; run -= 16) {
        write(out, pending, bits)
        out -= bits >>> 3
        bits = (bits & 7) + (<u32>zeroRun & 31)
        pending = (pending << (zeroRun & 31)) | (zeroRun >>> 5)
      }
      code = codeAt(blocks, tables, run, place)
      pending = (pending << (code & 31)) | (code >>> 5)
      bits += <u32>code & 31
    }
    for (; left > 1; left -= 2) {
      const first = <u32>ctz<u64>(mask)
      mask &= mask - 1
      const second = <u32>ctz<u64>(mask)
      mask &= mask - 1
      let run = first - next
      for (; run > 15; run -= 16) {
        write(out, pending, bits)
        out -= bits >>> 3
        bits = (bits & 7) + (<u32>zeroRun & 31)
        pending = (pending << (zeroRun & 31)) | (zeroRun >>> 5)
      }
      write(out, pending, bits)
      out -= bits >>> 3
      bits &= 7
      code = codeAt(blocks, tables, run, first)
      pending = (pending << (code & 31)) | (code >>> 5)
      bits += <u32>code & 31
      run = second - first - 1
      next = second + 1
      for (; run > 15; run -= 16) {
        write(out, pending, bits)
        out -= bits >>> 3
        bits = (bits & 7) + (<u32>zeroRun & 31)
        pending = (pending << (zeroRun & 31)) | (zeroRun >>> 5)
      }
      code = codeAt(blocks, tables, run, second)
      pending = (pending << (code & 31)) | (code >>> 5)
      bits += <u32>code & 31
    }
    if (next < 64) {
      pending = (pending << (blockEnd & 31)) | (blockEnd >>> 5)
      bits += <u32>blockEnd & 31
    }
    write(out, pending, bits)
    out -= bits >>> 3
    bits &= 7
  }
  // The last byte is filled up with ones.
  if (bits > 0) store<u8>(--out, <u8>((pending << <u64>(8 - bits)) | ((<u64>1 << <u64>(8 - bits)) - 1)))
  return out
}

/** Copies bytes from the last one before `from` down to `end`, with a 0 behind each that has all bits. Returns where the copies end. */
function stuff(from: usize, end: usize, to: usize): usize {
  while (from > end) {
    const bytes = reversedAll(v128.load(from - 16))
    v128.store(to, bytes)
    const full = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)))
    const found: usize = full == 0 ? 16 : <usize>ctz<i32>(full) + 1
    if (from - found < end) return to + (from - end)
    from -= found
    to += found
    if (full != 0) store<u8>(to++, 0)
  }
  return to
}

/**
 * Codes a row of `count` blocks, whose rows of pixels are `apart` bytes apart, as one restart interval. Returns how many bytes it has.
 *
 * `work` has room for 136 bytes of each block, then for what they may take before bytes are stuffed; `to` has for twice as much.
 */
export function codeBlocks(from: usize, apart: usize, count: i32, tables: usize, to: usize, work: usize): i32 {
  // Up to a vector before the last byte is read, and up to a number before it is written.
  const raw = work + <usize>count * (BLOCK + MOST) + 16
  quantizeBlocks(from, apart, count, tables, work)
  return <i32>(stuff(raw, codeAll(work, count, tables, raw), to) - to)
}
