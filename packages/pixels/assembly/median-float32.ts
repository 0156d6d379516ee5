// What the median of float32 frames needs beside its networks. A column is one vector, of four pixels, from each of n frames.

/** How many of the values of each pixel have their sign set. Of a column without NaN in order, these come first. */
function negatives(p: usize, stride: usize, n: i32, order: v128): v128 {
  let count = i32x4.splat(0)
  for (let f = 0; f < n; f++, p += stride) count = i32x4.sub(count, i32x4.shr_s(i8x16.swizzle(v128.load(p), order), 31))
  return count
}

/**
 * The value at a rank, with the right sign where it is zero: comparisons take 0 and -0 for the same, and -0 comes first.
 */
export function signed(value: v128, p: usize, stride: usize, n: i32, order: v128, rank: i32): v128 {
  const isZero = f32x4.eq(value, f32x4.splat(0))
  if (!v128.any_true(isZero)) return value
  const isNegative = i32x4.gt_s(negatives(p, stride, n, order), i32x4.splat(rank))
  return v128.bitselect(i32x4.shl(isNegative, 31), value, isZero)
}

// @ts-ignore: decorator
@inline export function mean(low: v128, high: v128): v128 {
  return f32x4.mul(f32x4.add(low, high), f32x4.splat(0.5))
}

/** The mean of the two middle values, of an even number of frames. */
export function meanOf(low: v128, high: v128, p: usize, stride: usize, n: i32, order: v128): v128 {
  return mean(signed(low, p, stride, n, order, (n >> 1) - 1), signed(high, p, stride, n, order, n >> 1))
}

/** Stores both middle values of one column. */
export function storeMiddle(low: v128, high: v128, p: usize, stride: usize, n: i32, order: v128, to: usize): void {
  v128.store(to, signed(low, p, stride, n, order, (n - 1) >> 1))
  v128.store(to, signed(high, p, stride, n, order, n >> 1), 16)
}

/**
 * Copies a column with each NaN of a pixel replaced: by turns by infinities of both signs, so that the middle values stay in the middle.
 * Returns how many were replaced, of each pixel.
 */
export function patch(p: usize, stride: usize, n: i32, order: v128, column: usize, isHighFirst: bool): v128 {
  let missing = i32x4.splat(0)
  let isHigh = i32x4.splat(isHighFirst ? -1 : 0)
  for (let f = 0; f < n; f++, p += stride, column += 16) {
    const value = i8x16.swizzle(v128.load(p), order)
    const isNaN = f32x4.ne(value, value)
    const end = v128.bitselect(f32x4.splat(Infinity), f32x4.splat(-Infinity), isHigh)
    v128.store(column, v128.bitselect(end, value, isNaN))
    missing = i32x4.sub(missing, isNaN)
    isHigh = v128.xor(isHigh, isNaN)
  }
  return missing
}

/**
 * The medians from the middle values of patched columns: at `middle` those with one infinity above more than below, where the number of
 * missing values is odd; behind them, of an odd number of frames, those with one below more.
 */
export function settled(middle: usize, missing: v128, n: i32): v128 {
  const low = v128.load(middle)
  const isOdd = i32x4.ne(v128.and(missing, i32x4.splat(1)), i32x4.splat(0))
  const result = n & 1
    ? v128.bitselect(mean(low, v128.load(middle, 32)), low, isOdd)
    : v128.bitselect(low, mean(low, v128.load(middle, 16)), isOdd)
  return v128.bitselect(f32x4.splat(NaN), result, i32x4.eq(missing, i32x4.splat(n)))
}
