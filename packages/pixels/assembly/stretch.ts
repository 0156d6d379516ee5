// Values to grey levels. Counts are multiples of 16.
import { loadHigh, loadLow } from './lanes'

const LINEAR: i32 = 0
const SQRT: i32 = 1
const LOG: i32 = 2

/** Added to a whole number it leaves an integer in the lower half of the bits. */
const MAGIC: f64 = 4503599627370496

/** Levels within their range, in the lower halves of lanes; NaN is 0. */
// @ts-ignore: decorator
@inline function levels(grey: v128, white: v128): v128 {
  // In this order NaN is 0, and what is cut off is cut off before it becomes an integer.
  return f64x2.add(f64x2.floor(f64x2.pmin(f64x2.pmax(f64x2.splat(0), grey), white)), f64x2.splat(MAGIC))
}

/** The lower halves of the lanes of two vectors. */
// @ts-ignore: decorator
@inline function lowerHalves(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
}

/** The natural logarithm of numbers from 1 on, to nine digits: of the mantissa m by (m - 1) / (m + 1). */
function ln(x: v128): v128 {
  const bits = i64x2.splat(0x000fffffffffffff)
  const exponents = f64x2.sub(v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000)), f64x2.splat(4503599627370496.0 + 1023.0))
  let m = v128.or(v128.and(x, bits), f64x2.splat(1))
  const isHigh = f64x2.gt(m, f64x2.splat(1.4142135623730951))
  m = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, isHigh)
  const e = f64x2.add(exponents, v128.and(isHigh, f64x2.splat(1)))
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)))
  const z = f64x2.mul(s, s)
  let series = f64x2.splat(1 / 11.0)
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1 / 9.0))
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1 / 7.0))
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1 / 5.0))
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1 / 3.0))
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1))
  return f64x2.add(f64x2.mul(f64x2.mul(f64x2.splat(2), s), series), f64x2.mul(e, f64x2.splat(0.6931471805599453)))
}

/** Where a curve takes numbers from 0 to 1; `scale` makes it end at white. */
// @ts-ignore: decorator
@inline function curved(curve: i32, x: v128, scale: v128): v128 {
  if (curve == SQRT) return f64x2.mul(f64x2.sqrt(x), scale)
  const one = f64x2.splat(1)
  if (curve == LOG) return f64x2.mul(ln(f64x2.add(f64x2.mul(x, f64x2.splat(1000)), one)), scale)
  const t = f64x2.mul(x, f64x2.splat(10))
  return f64x2.mul(ln(f64x2.add(t, f64x2.sqrt(f64x2.add(f64x2.mul(t, t), one)))), scale)
}

/** Two levels: linear ones are value * factor + offset; others the curve of that, cut to 0 and 1. */
// @ts-ignore: decorator
@inline function levelsOf(curve: i32, value: v128, factor: v128, offset: v128, scale: v128, white: v128): v128 {
  const x = f64x2.add(f64x2.mul(value, factor), offset)
  if (curve == LINEAR) return levels(x, white)
  const inside = f64x2.pmin(f64x2.pmax(f64x2.splat(0), x), f64x2.splat(1))
  return levels(f64x2.add(curved(curve, inside, scale), f64x2.splat(0.5)), white)
}

// @ts-ignore: decorator
@inline function four<S>(curve: i32, from: usize, factor: v128, offset: v128, scale: v128, white: v128): v128 {
  return lowerHalves(
    levelsOf(curve, loadLow<S>(from), factor, offset, scale, white),
    levelsOf(curve, loadHigh<S>(from), factor, offset, scale, white),
  )
}

// @ts-ignore: decorator
@inline function loop<S, D>(curve: i32, from: usize, to: usize, count: usize, factor: f64, offset: f64, scale: f64): void {
  const f = f64x2.splat(factor)
  const o = f64x2.splat(offset)
  const s = f64x2.splat(scale)
  const w = f64x2.splat(sizeof<D>() == 1 ? 255 : 65535)
  for (const end = from + count * sizeof<S>(); from < end; from += 8 * sizeof<S>(), to += 8 * sizeof<D>()) {
    const words = i16x8.narrow_i32x4_u(four<S>(curve, from, f, o, s, w), four<S>(curve, from + 4 * sizeof<S>(), f, o, s, w))
    if (sizeof<D>() == 1) v128.store64_lane(to, i8x16.narrow_i16x8_u(words, words), 0)
    else v128.store(to, words)
  }
}

// @ts-ignore: decorator
@inline function stretch<S, D>(curve: i32, from: usize, to: usize, count: usize, factor: f64, offset: f64, scale: f64): void {
  if (curve == LINEAR) loop<S, D>(LINEAR, from, to, count, factor, offset, scale)
  else if (curve == SQRT) loop<S, D>(SQRT, from, to, count, factor, offset, scale)
  else if (curve == LOG) loop<S, D>(LOG, from, to, count, factor, offset, scale)
  else loop<S, D>(3, from, to, count, factor, offset, scale)
}

export function stretch32To8(curve: i32, from: usize, to: usize, count: usize, factor: f64, offset: f64, scale: f64): void {
  stretch<f32, u8>(curve, from, to, count, factor, offset, scale)
}
export function stretch32To16(curve: i32, from: usize, to: usize, count: usize, factor: f64, offset: f64, scale: f64): void {
  stretch<f32, u16>(curve, from, to, count, factor, offset, scale)
}
export function stretch64To8(curve: i32, from: usize, to: usize, count: usize, factor: f64, offset: f64, scale: f64): void {
  stretch<f64, u8>(curve, from, to, count, factor, offset, scale)
}
export function stretch64To16(curve: i32, from: usize, to: usize, count: usize, factor: f64, offset: f64, scale: f64): void {
  stretch<f64, u16>(curve, from, to, count, factor, offset, scale)
}

/** The last of some rows first. What is written behind one is written over by the next. */
export function stretchTurned32(curve: i32, from: usize, to: usize, width: usize, rows: i32, factor: f64, offset: f64, scale: f64): void {
  for (let row = rows - 1; row >= 0; row--, to += width)
    stretch32To8(curve, from + (<usize>row * width << 2), to, width, factor, offset, scale)
}
export function stretchTurned64(curve: i32, from: usize, to: usize, width: usize, rows: i32, factor: f64, offset: f64, scale: f64): void {
  for (let row = rows - 1; row >= 0; row--, to += width)
    stretch64To8(curve, from + (<usize>row * width << 3), to, width, factor, offset, scale)
}
