// A column: two pixels of each of n frames, as doubles, one behind the other.
import { reversed16, reversed32, reversed64 } from './lanes'

// Kinds of frames: what their numbers are.
export const FLOAT32: i32 = 0
const FLOAT64: i32 = 1
const INT32: i32 = 2
const INT16: i32 = 3
const UINT16: i32 = 4

/** The bytes of a pixel. */
export function kindBytes(kind: i32): usize {
  return kind == FLOAT64 ? 8 : kind == INT16 || kind == UINT16 ? 2 : 4
}

// @ts-ignore: decorator
@inline function gatherAs(kind: i32, p: usize, stride: usize, n: i32, isSwapped: bool, column: usize): bool {
  let sum = f64x2.splat(0)
  for (let f = 0; f < n; f++, p += stride, column += 16) {
    let value: v128
    if (kind == FLOAT64) {
      value = v128.load(p)
      if (isSwapped) value = reversed64(value)
    } else if (kind == INT16 || kind == UINT16) {
      let words = v128.load32_zero(p)
      if (isSwapped) words = reversed16(words)
      value = f64x2.convert_low_i32x4_s(kind == INT16 ? i32x4.extend_low_i16x8_s(words) : i32x4.extend_low_i16x8_u(words))
    } else {
      value = v128.load64_zero(p)
      if (isSwapped) value = reversed32(value)
      value = kind == FLOAT32 ? f64x2.promote_low_f32x4(value) : f64x2.convert_low_i32x4_s(value)
    }
    sum = f64x2.add(sum, value)
    v128.store(column, value)
  }
  return v128.all_true<i64>(f64x2.eq(sum, sum))
}

/** Fills a column from frames. Returns whether it is sure that no value is NaN. */
export function gather(kind: i32, p: usize, stride: usize, n: i32, isSwapped: bool, column: usize): bool {
  if (kind == FLOAT32) return gatherAs(FLOAT32, p, stride, n, isSwapped, column)
  if (kind == FLOAT64) return gatherAs(FLOAT64, p, stride, n, isSwapped, column)
  if (kind == INT32) return gatherAs(INT32, p, stride, n, isSwapped, column)
  if (kind == INT16) return gatherAs(INT16, p, stride, n, isSwapped, column)
  return gatherAs(UINT16, p, stride, n, isSwapped, column)
}

/** Stores two results as doubles or, rounded, as floats; big-endian or not. */
export function storePair(to: usize, pair: v128, isNarrow: bool, isSwapped: bool): void {
  if (isNarrow) {
    const floats = f32x4.demote_f64x2_zero(pair)
    v128.store64_lane(to, isSwapped ? reversed32(floats) : floats, 0)
  } else v128.store(to, isSwapped ? reversed64(pair) : pair)
}
