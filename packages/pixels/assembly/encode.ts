// Physical values to stored big-endian pixels: (value - zero) / scale in double precision; integers are the nearest, the even one of two,
// and those that a type has no room for become its nearest end. Counts are multiples of 4.
import { joined, loadHigh, loadLow, reversed16, reversed32, reversed64, narrowed } from './lanes'

// @ts-ignore: decorator
@inline function stored(value: v128, scale: v128, zero: v128): v128 {
  return f64x2.div(f64x2.sub(value, zero), scale)
}

/** The nearest 32-bit integers, within limits; `blank` for NaN. */
// @ts-ignore: decorator
@inline function integers(low: v128, high: v128, least: f64, most: f64, blank: i32): v128 {
  const l = f64x2.splat(least)
  const m = f64x2.splat(most)
  const a = i32x4.trunc_sat_f64x2_s_zero(f64x2.max(f64x2.min(f64x2.nearest(low), m), l))
  const b = i32x4.trunc_sat_f64x2_s_zero(f64x2.max(f64x2.min(f64x2.nearest(high), m), l))
  // Of each 64-bit mask, the lower half.
  const nan = i8x16.shuffle(f64x2.ne(low, low), f64x2.ne(high, high), 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
  return v128.bitselect(i32x4.splat(blank), joined(a, b), nan)
}

// @ts-ignore: decorator
@inline function encode<S, D>(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  for (const end = from + count * sizeof<S>(); from < end; from += 4 * sizeof<S>(), to += 4 * sizeof<D>()) {
    const low = stored(loadLow<S>(from), s, z)
    const high = stored(loadHigh<S>(from), s, z)
    if (isFloat<D>()) {
      if (sizeof<D>() == 4) v128.store(to, reversed32(narrowed(low, high)))
      else {
        v128.store(to, reversed64(low))
        v128.store(to, reversed64(high), 16)
      }
    } else if (sizeof<D>() == 1) {
      const v = integers(low, high, 0, 255, blank)
      const words = i16x8.narrow_i32x4_s(v, v)
      v128.store32_lane(to, i8x16.narrow_i16x8_u(words, words), 0)
    } else if (sizeof<D>() == 2) {
      const v = integers(low, high, -32768, 32767, blank)
      v128.store64_lane(to, reversed16(i16x8.narrow_i32x4_s(v, v)), 0)
    } else v128.store(to, reversed32(integers(low, high, -2147483648, 2147483647, blank)))
  }
}

export function encode8From32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  encode<f32, u8>(from, to, count, scale, zero, blank)
}
export function encode8From64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  encode<f64, u8>(from, to, count, scale, zero, blank)
}
export function encode16From32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  encode<f32, i16>(from, to, count, scale, zero, blank)
}
export function encode16From64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  encode<f64, i16>(from, to, count, scale, zero, blank)
}
export function encode32From32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  encode<f32, i32>(from, to, count, scale, zero, blank)
}
export function encode32From64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: i32): void {
  encode<f64, i32>(from, to, count, scale, zero, blank)
}
export function encodeFloat32From32(from: usize, to: usize, count: usize, scale: f64, zero: f64, _: i32): void {
  encode<f32, f32>(from, to, count, scale, zero, 0)
}
export function encodeFloat32From64(from: usize, to: usize, count: usize, scale: f64, zero: f64, _: i32): void {
  encode<f64, f32>(from, to, count, scale, zero, 0)
}
export function encodeFloat64From32(from: usize, to: usize, count: usize, scale: f64, zero: f64, _: i32): void {
  encode<f32, f64>(from, to, count, scale, zero, 0)
}
export function encodeFloat64From64(from: usize, to: usize, count: usize, scale: f64, zero: f64, _: i32): void {
  encode<f64, f64>(from, to, count, scale, zero, 0)
}

// @ts-ignore: decorator
@inline function encode64<S>(from: usize, to: usize, count: usize, scale: f64, zero: f64, isUnsigned: bool, blank: i64): void {
  for (const end = from + count * sizeof<S>(); from < end; from += sizeof<S>(), to += 8) {
    const value = <f64>load<S>(from)
    store<i64>(to, bswap<i64>(isUnsigned ? unsigned(value, blank) : signed((value - zero) / scale, blank)))
  }
}

function signed(value: f64, blank: i64): i64 {
  if (value != value) return blank
  const whole = nearest(value)
  if (whole >= 9223372036854775808.0) return i64.MAX_VALUE
  if (whole < -9223372036854775808.0) return i64.MIN_VALUE
  return <i64>whole
}

function unsigned(value: f64, blank: i64): i64 {
  if (value != value) return blank
  const whole = nearest(value)
  if (whole >= 18446744073709551616.0) return i64.MAX_VALUE
  if (whole < 0) return i64.MIN_VALUE
  return <i64>(<u64>whole) ^ i64.MIN_VALUE
}

export function encode64From32(from: usize, to: usize, count: usize, scale: f64, zero: f64, isUnsigned: bool, blank: i64): void {
  encode64<f32>(from, to, count, scale, zero, isUnsigned, blank)
}
export function encode64From64(from: usize, to: usize, count: usize, scale: f64, zero: f64, isUnsigned: bool, blank: i64): void {
  encode64<f64>(from, to, count, scale, zero, isUnsigned, blank)
}
