// What the median of columns of doubles needs beside its networks.

/** Fills a column behind its n values up to `size`, with pairs that leave the middle values in the middle. */
export function fill(column: usize, n: i32, size: i32): void {
  for (let f = n; f < size; f++) v128.store(column + (<usize>f << 4), f64x2.splat((f - n) & 1 ? Infinity : -Infinity))
}

/** The value at a rank, with the right sign where it is zero: -0 comes before 0. */
function signed(value: v128, column: usize, n: i32, rank: i32): v128 {
  const isZero = f64x2.eq(value, f64x2.splat(0))
  if (!v128.any_true(isZero)) return value
  let negatives = i64x2.splat(0)
  for (let f = 0; f < n; f++) negatives = i64x2.add(negatives, i64x2.shr_u(v128.load(column + (<usize>f << 4)), 63))
  return v128.bitselect(i64x2.shl(i64x2.gt_s(negatives, i64x2.splat(rank)), 63), value, isZero)
}

// @ts-ignore: decorator
@inline function mean(low: v128, high: v128): v128 {
  return f64x2.mul(f64x2.add(low, high), f64x2.splat(0.5))
}

/** The median of a column without NaN, from its middle values. */
export function meanOf(middle: usize, column: usize, n: i32): v128 {
  const low = signed(v128.load(middle), column, n, (n - 1) >> 1)
  return n & 1 ? low : mean(low, signed(v128.load(middle, 16), column, n, n >> 1))
}

/** Copies a column with each NaN of a pixel replaced, by turns by infinities of both signs. Returns how many there were. */
export function patch(column: usize, n: i32, to: usize, isHighFirst: bool): v128 {
  let missing = i64x2.splat(0)
  let isHigh = i64x2.splat(isHighFirst ? -1 : 0)
  for (let f: usize = 0; f < <usize>n << 4; f += 16) {
    const value = v128.load(column + f)
    const isNaN = f64x2.ne(value, value)
    v128.store(to + f, v128.bitselect(v128.bitselect(f64x2.splat(Infinity), f64x2.splat(-Infinity), isHigh), value, isNaN))
    missing = i64x2.sub(missing, isNaN)
    isHigh = v128.xor(isHigh, isNaN)
  }
  return missing
}

/** The value at a rank of each pixel's own, among its values that are not NaN, with the right sign where it is zero. */
function signedAt(value: v128, column: usize, n: i32, rank: v128): v128 {
  const isZero = f64x2.eq(value, f64x2.splat(0))
  if (!v128.any_true(isZero)) return value
  let negatives = i64x2.splat(0)
  for (let f = 0; f < n; f++) {
    const one = v128.load(column + (<usize>f << 4))
    negatives = i64x2.add(negatives, v128.and(i64x2.shr_u(one, 63), f64x2.eq(one, one)))
  }
  return v128.bitselect(i64x2.shl(i64x2.gt_s(negatives, rank), 63), value, isZero)
}

/** The medians from the middle values of patched columns, as of float32 frames. */
export function settled(middle: usize, missing: v128, n: i32, column: usize): v128 {
  const valid = i64x2.sub(i64x2.splat(n), missing)
  const lowRank = i64x2.shr_s(i64x2.sub(valid, i64x2.splat(1)), 1)
  const highRank = i64x2.shr_s(valid, 1)
  const isOdd = i64x2.ne(v128.and(missing, i64x2.splat(1)), i64x2.splat(0))
  const first = v128.load(middle)
  const second = v128.load(middle + (n & 1 ? 32 : 16))
  // Of an odd number of frames, the lower middle value is the one with more infinities below, if one is missing from a pair.
  const low = signedAt(n & 1 ? v128.bitselect(second, first, isOdd) : first, column, n, lowRank)
  const high = signedAt(first, column, n, highRank)
  const result = n & 1
    ? v128.bitselect(mean(low, high), low, isOdd)
    : v128.bitselect(low, mean(low, signedAt(second, column, n, highRank)), isOdd)
  return v128.bitselect(f64x2.splat(NaN), result, i64x2.eq(missing, i64x2.splat(n)))
}
