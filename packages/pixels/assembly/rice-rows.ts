// Rows of pixels that are Rice-coded one by one, by what the rows of a FITS table say of them: so that nothing is done for a row outside. The
// table's numbers are big-endian: of each row the length of its coded bytes and their place in the heap, and where floats were quantised a scale
// and a zero.
import { dequantizeDithered32, dequantizeDithered64, dequantizePlain32, dequantizePlain64, scaleIntegers32, scaleIntegers64, shiftIntegers32 } from './dequantize'
import { decodeRice, decodeRiceFour } from './rice-decode'

const RANDOM_COUNT: i32 = 10000

/** Rows that are decoded side by side. */
const ABREAST: i32 = 4

/** What integers become. */
const SHIFTED: i32 = 0
const SCALED: i32 = 1
const PLAIN: i32 = 2
const DITHERED: i32 = 3

let kind: i32 = SHIFTED
let scale: f64 = 1
let zero: f64 = 0
let scaledBlank: f64 = NaN
let scaleAt: usize = 0
let zeroAt: usize = 0
let hasBlank: bool = false
let blank: i32 = 0
let hasMark: bool = false
let mark: i32 = 0
let seed: i32 = 0
let offsets: usize = 0

/** Integers of the next rows are only scaled. `isShift` where they have at most 16 bits, and become float32 by adding a small integer. */
export function useScale(isShift: bool, bscale: f64, bzero: f64, nan: f64): void {
  kind = isShift ? SHIFTED : SCALED
  scale = bscale
  zero = bzero
  scaledBlank = nan
  hasBlank = nan == nan
  blank = hasBlank ? <i32>nan : 0
}

/** Integers of the next rows were floats; `first` is the seed of the first row, below 10,000. The table has scales and zeros at these bytes. */
export function useQuantization(isDithered: bool, scales: usize, zeros: usize, isBlank: bool, nan: i32, isMark: bool, zeroMark: i32, first: i32, randoms: usize): void {
  kind = isDithered ? DITHERED : PLAIN
  scaleAt = scales
  zeroAt = zeros
  hasBlank = isBlank
  blank = nan
  hasMark = isMark
  mark = zeroMark
  seed = first
  offsets = randoms
}

// @ts-ignore: decorator
@inline function lengthAt(cell: usize, isLong: bool): i64 {
  return isLong ? bswap<i64>(load<i64>(cell)) : <i64>bswap<i32>(load<i32>(cell))
}

// @ts-ignore: decorator
@inline function placeAt(cell: usize, isLong: bool): i64 {
  return isLong ? bswap<i64>(load<i64>(cell, 8)) : <i64>bswap<i32>(load<i32>(cell, 4))
}

// @ts-ignore: decorator
@inline function doubleAt(at: usize): f64 {
  return reinterpret<f64>(bswap<u64>(load<u64>(at)))
}

/**
 * Finds where the coded bytes of rows are. Returns false where a row has fewer than `least` of them, more than `most`, or some outside the bytes
 * from `start` up to `end`, which are doubles.
 *
 * @param cells the length of the first row; the next one's is `rowBytes` behind
 * @param found gets, as doubles: the first place, the one behind the last, the number of all bytes, and of those of the longest row
 */
export function findRows(cells: usize, rows: i32, rowBytes: usize, isLong: bool, least: i32, most: i32, start: f64, end: f64, found: usize): bool {
  const first = <i64>start
  const behind = <i64>end
  let low = behind
  let high = first
  let all: i64 = 0
  let longest: i64 = 0
  for (let row = 0; row < rows; row++, cells += rowBytes) {
    const length = lengthAt(cells, isLong)
    const place = placeAt(cells, isLong)
    // A length is small, so that the end of what is within the bytes can be told without an overflow.
    if (length < <i64>least || length > <i64>most || place < first || place > behind - length) return false
    low = min(low, place)
    high = max(high, place + length)
    all += length
    longest = max(longest, length)
  }
  store<f64>(found, <f64>low)
  store<f64>(found, <f64>high, 8)
  store<f64>(found, <f64>all, 16)
  store<f64>(found, <f64>longest, 24)
  return true
}

/** Makes values of a row's integers, of `size` bytes each. */
function convert(row: usize, from: usize, to: usize, count: i32, size: i32): void {
  if (kind == SHIFTED) shiftIntegers32(from, to, count, <i32>zero, hasBlank, blank)
  else if (kind == SCALED) {
    if (size == 4) scaleIntegers32(from, to, count, scale, zero, scaledBlank)
    else scaleIntegers64(from, to, count, scale, zero, scaledBlank)
  } else {
    const s = doubleAt(row + scaleAt)
    const z = doubleAt(row + zeroAt)
    if (kind == PLAIN) {
      if (size == 4) dequantizePlain32(from, to, count, s, z, hasBlank, blank)
      else dequantizePlain64(from, to, count, s, z, hasBlank, blank)
    } else {
      if (size == 4) dequantizeDithered32(from, to, count, s, z, hasBlank, blank, hasMark, mark, seed, offsets)
      else dequantizeDithered64(from, to, count, s, z, hasBlank, blank, hasMark, mark, seed, offsets)
      seed = seed + 1 == RANDOM_COUNT ? 0 : seed + 1
    }
  }
}

/**
 * Decodes rows that `findRows` has found, and makes of them what was said last. Returns whether the bytes of all held them all.
 *
 * Where `count` is no multiple of 4, up to three more values are written behind the last row.
 *
 * @param table the first of the table's rows
 * @param descriptor the byte of such a row that its length is at
 * @param from the byte of the heap at `start`, which is a double
 * @param size the bytes of a value: 4 or 8
 * @param integers four times `next`, which has room for the integers of a row
 * @param bits four times `room`: that is 512 bytes more than the longest row
 */
export function decodeRows(table: usize, rows: i32, rowBytes: usize, descriptor: usize, isLong: bool, from: usize, start: f64, to: usize, count: i32, size: i32, blocksize: i32, width: u32, integers: usize, next: usize, bits: usize, room: usize): bool {
  const first = <i64>start
  const whole = (count + 3) & ~3
  const valueBytes = <usize>count * size
  for (let row = 0; row < rows; ) {
    const cell0 = table + descriptor
    const from0 = from + <usize>(placeAt(cell0, isLong) - first)
    const length0 = <u32>lengthAt(cell0, isLong)
    let some = 1
    if (rows - row >= ABREAST) {
      const cell1 = cell0 + rowBytes
      const cell2 = cell1 + rowBytes
      const cell3 = cell2 + rowBytes
      const from1 = from + <usize>(placeAt(cell1, isLong) - first)
      const from2 = from + <usize>(placeAt(cell2, isLong) - first)
      const from3 = from + <usize>(placeAt(cell3, isLong) - first)
      const length1 = <u32>lengthAt(cell1, isLong)
      const length2 = <u32>lengthAt(cell2, isLong)
      const length3 = <u32>lengthAt(cell3, isLong)
      if (!decodeRiceFour(from0, length0, from1, length1, from2, length2, from3, length3, integers, next, count, blocksize, bits, room, width)) return false
      some = ABREAST
    } else if (!decodeRice(from0, length0, integers, count, blocksize, bits, width)) return false
    for (let i = 0; i < some; i++, table += rowBytes, to += valueBytes) convert(table, integers + <usize>i * next, to, whole, size)
    row += some
  }
  return true
}
