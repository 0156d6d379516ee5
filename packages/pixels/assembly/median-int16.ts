// What the median of 16-bit frames needs beside its networks.

/** Stores the means of eight pairs of integers, and `zero` more, as float32: exact. */
export function storeMean(low: v128, high: v128, to: usize, zero: v128, toOrder: v128): void {
  const half = f32x4.splat(0.5)
  const first = i32x4.add(i32x4.extend_low_i16x8_s(low), i32x4.extend_low_i16x8_s(high))
  const last = i32x4.add(i32x4.extend_high_i16x8_s(low), i32x4.extend_high_i16x8_s(high))
  v128.store(to, i8x16.swizzle(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(first), half), zero), toOrder))
  v128.store(to, i8x16.swizzle(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(last), half), zero), toOrder), 16)
}
