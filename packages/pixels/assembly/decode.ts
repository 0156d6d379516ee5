// Stored big-endian pixels to physical values: stored * scale + zero in double precision, rounded once. Counts are multiples of 4.
import { narrowed, reversed16, reversed32, reversed64, storeFour, upper } from './lanes'

/** Four stored integers as 32-bit lanes. */
// @ts-ignore: decorator
@inline function loadIntegers<S>(from: usize): v128 {
  if (sizeof<S>() == 1) return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)))
  if (sizeof<S>() == 2) return i32x4.extend_low_i16x8_s(reversed16(v128.load64_zero(from)))
  return reversed32(v128.load(from))
}

// `blank` is NaN where there is none, which equals nothing.
// @ts-ignore: decorator
@inline function scaled(value: v128, scale: v128, zero: v128, blank: v128): v128 {
  const physical = f64x2.add(f64x2.mul(value, scale), zero)
  return v128.bitselect(f64x2.splat(NaN), physical, f64x2.eq(value, blank))
}

// @ts-ignore: decorator
@inline function decode<S, D>(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  const b = f64x2.splat(blank)
  for (const end = to + count * sizeof<D>(); to < end; to += 4 * sizeof<D>(), from += 4 * sizeof<S>()) {
    let low: v128
    let high: v128
    if (isInteger<S>()) {
      const integers = loadIntegers<S>(from)
      low = f64x2.convert_low_i32x4_s(integers)
      high = f64x2.convert_low_i32x4_s(upper(integers))
    } else if (sizeof<S>() == 4) {
      const floats = reversed32(v128.load(from))
      low = f64x2.promote_low_f32x4(floats)
      high = f64x2.promote_low_f32x4(upper(floats))
    } else {
      low = reversed64(v128.load(from))
      high = reversed64(v128.load(from, 16))
    }
    storeFour<D>(to, scaled(low, s, z, b), scaled(high, s, z, b))
  }
}

export function decode8To32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<u8, f32>(from, to, count, scale, zero, blank)
}
export function decode8To64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<u8, f64>(from, to, count, scale, zero, blank)
}
export function decode16To32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<i16, f32>(from, to, count, scale, zero, blank)
}
export function decode16To64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<i16, f64>(from, to, count, scale, zero, blank)
}
export function decode32To32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<i32, f32>(from, to, count, scale, zero, blank)
}
export function decode32To64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<i32, f64>(from, to, count, scale, zero, blank)
}
export function decodeFloat32To32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<f32, f32>(from, to, count, scale, zero, blank)
}
export function decodeFloat32To64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<f32, f64>(from, to, count, scale, zero, blank)
}
export function decodeFloat64To32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<f64, f32>(from, to, count, scale, zero, blank)
}
export function decodeFloat64To64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  decode<f64, f64>(from, to, count, scale, zero, blank)
}

/** Integers of 8 or 16 bits that are only shifted, by an integer: the sum is exact in float32. `blank` is out of range where there is none. */
// @ts-ignore: decorator
@inline function shift<S>(from: usize, to: usize, count: usize, zero: i32, blank: i32): void {
  const z = i32x4.splat(zero)
  const b = i32x4.splat(blank)
  for (const end = to + (count << 2); to < end; to += 16, from += 4 * sizeof<S>()) {
    const integers = loadIntegers<S>(from)
    const values = f32x4.convert_i32x4_s(i32x4.add(integers, z))
    v128.store(to, v128.bitselect(f32x4.splat(NaN), values, i32x4.eq(integers, b)))
  }
}

export function shift8(from: usize, to: usize, count: usize, zero: i32, blank: i32): void {
  shift<u8>(from, to, count, zero, blank)
}
export function shift16(from: usize, to: usize, count: usize, zero: i32, blank: i32): void {
  shift<i16>(from, to, count, zero, blank)
}

/** 64-bit integers: their nearest double, then scaled; unsigned ones, stored with the highest bit flipped, are not. */
// @ts-ignore: decorator
@inline function decode64<D>(from: usize, to: usize, count: usize, scale: f64, zero: f64, isUnsigned: bool, hasBlank: bool, blank: i64): void {
  for (const end = to + count * sizeof<D>(); to < end; to += sizeof<D>(), from += 8) {
    const stored = bswap<i64>(load<i64>(from))
    let value: f64 = isUnsigned ? <f64>(<u64>(stored ^ i64.MIN_VALUE)) : <f64>stored * scale + zero
    if (hasBlank && stored == blank) value = NaN
    store<D>(to, <D>value)
  }
}

export function decode64To32(from: usize, to: usize, count: usize, scale: f64, zero: f64, isUnsigned: bool, hasBlank: bool, blank: i64): void {
  decode64<f32>(from, to, count, scale, zero, isUnsigned, hasBlank, blank)
}
export function decode64To64(from: usize, to: usize, count: usize, scale: f64, zero: f64, isUnsigned: bool, hasBlank: bool, blank: i64): void {
  decode64<f64>(from, to, count, scale, zero, isUnsigned, hasBlank, blank)
}
