// Quantised integers to floats (FITS 4.0, section 10.2; White and Greenfield 1999): (integer - random + 0.5) * scale + zero in double precision,
// rounded once. Counts are multiples of 4. `blank` and `zeroMark` are integers, which may be switched off.
import { storeFour, upper } from './lanes'

const RANDOM_COUNT: i32 = 10000

/** The lower two of four 32-bit masks, each twice as wide. */
// @ts-ignore: decorator
@inline function wideLow(mask: v128): v128 {
  return i64x2.extend_low_i32x4_s(mask)
}

// @ts-ignore: decorator
@inline function wideHigh(mask: v128): v128 {
  return i64x2.extend_high_i32x4_s(mask)
}

// @ts-ignore: decorator
@inline function plain<D>(from: usize, to: usize, count: usize, scale: f64, zero: f64, hasBlank: bool, blank: i32): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  const nan = f64x2.splat(NaN)
  const b = i32x4.splat(blank)
  const mask = i32x4.splat(hasBlank ? -1 : 0)
  for (const end = from + (count << 2); from < end; from += 16, to += 4 * sizeof<D>()) {
    const stored = v128.load(from)
    const low = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(stored), s), z)
    const high = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_s(upper(stored)), s), z)
    const blanks = v128.and(i32x4.eq(stored, b), mask)
    storeFour<D>(to, v128.bitselect(nan, low, wideLow(blanks)), v128.bitselect(nan, high, wideHigh(blanks)))
  }
}

export function dequantizePlain32(from: usize, to: usize, count: usize, scale: f64, zero: f64, hasBlank: bool, blank: i32): void {
  plain<f32>(from, to, count, scale, zero, hasBlank, blank)
}
export function dequantizePlain64(from: usize, to: usize, count: usize, scale: f64, zero: f64, hasBlank: bool, blank: i32): void {
  plain<f64>(from, to, count, scale, zero, hasBlank, blank)
}

// @ts-ignore: decorator
@inline function one(stored: i32, random: f32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32): f64 {
  if (hasBlank && stored == blank) return NaN
  if (hasZero && stored == zeroMark) return 0
  return (<f64>stored - <f64>random + 0.5) * scale + zero
}

/** `randoms` are the 10,000 numbers of the standard; `seed` is the one that says where the first pixel's is. */
// @ts-ignore: decorator
@inline function dithered<D>(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32, seed: i32, randoms: usize): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  const half = f64x2.splat(0.5)
  const nan = f64x2.splat(NaN)
  const none = f64x2.splat(0)
  const b = i32x4.splat(blank)
  const bMask = i32x4.splat(hasBlank ? -1 : 0)
  const m = i32x4.splat(zeroMark)
  const mMask = i32x4.splat(hasZero ? -1 : 0)
  let next = <i32>(<f64>load<f32>(randoms + (<usize>seed << 2)) * 500)
  for (let i = 0; i < count; ) {
    const run = min(count - i, RANDOM_COUNT - next)
    const whole = run & ~3
    for (let k = 0; k < whole; k += 4) {
      const stored = v128.load(from + (<usize>(i + k) << 2))
      const random = v128.load(randoms + (<usize>(next + k) << 2))
      const a = f64x2.add(f64x2.sub(f64x2.convert_low_i32x4_s(stored), f64x2.promote_low_f32x4(random)), half)
      const c = f64x2.add(f64x2.sub(f64x2.convert_low_i32x4_s(upper(stored)), f64x2.promote_low_f32x4(upper(random))), half)
      let low = f64x2.add(f64x2.mul(a, s), z)
      let high = f64x2.add(f64x2.mul(c, s), z)
      const zeros = v128.and(i32x4.eq(stored, m), mMask)
      const blanks = v128.and(i32x4.eq(stored, b), bMask)
      if (v128.any_true(v128.or(zeros, blanks))) {
        low = v128.bitselect(nan, v128.bitselect(none, low, wideLow(zeros)), wideLow(blanks))
        high = v128.bitselect(nan, v128.bitselect(none, high, wideHigh(zeros)), wideHigh(blanks))
      }
      storeFour<D>(to + <usize>(i + k) * sizeof<D>(), low, high)
    }
    for (let k = whole; k < run; k++) {
      const stored = load<i32>(from + (<usize>(i + k) << 2))
      const random = load<f32>(randoms + (<usize>(next + k) << 2))
      store<D>(to + <usize>(i + k) * sizeof<D>(), <D>one(stored, random, scale, zero, hasBlank, blank, hasZero, zeroMark))
    }
    i += run
    next += run
    if (next == RANDOM_COUNT) {
      seed = seed + 1 == RANDOM_COUNT ? 0 : seed + 1
      next = <i32>(<f64>load<f32>(randoms + (<usize>seed << 2)) * 500)
    }
  }
}

export function dequantizeDithered32(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32, seed: i32, randoms: usize): void {
  dithered<f32>(from, to, count, scale, zero, hasBlank, blank, hasZero, zeroMark, seed, randoms)
}
export function dequantizeDithered64(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32, seed: i32, randoms: usize): void {
  dithered<f64>(from, to, count, scale, zero, hasBlank, blank, hasZero, zeroMark, seed, randoms)
}

// Integers of a tile that were not quantised, to physical values. Counts are multiples of 4; `blank` is NaN where there is none.
// @ts-ignore: decorator
@inline function scaled<D>(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  const b = f64x2.splat(blank)
  const nan = f64x2.splat(NaN)
  for (const end = from + (count << 2); from < end; from += 16, to += 4 * sizeof<D>()) {
    const stored = v128.load(from)
    const low = f64x2.convert_low_i32x4_s(stored)
    const high = f64x2.convert_low_i32x4_s(upper(stored))
    storeFour<D>(
      to,
      v128.bitselect(nan, f64x2.add(f64x2.mul(low, s), z), f64x2.eq(low, b)),
      v128.bitselect(nan, f64x2.add(f64x2.mul(high, s), z), f64x2.eq(high, b)),
    )
  }
}

export function scaleIntegers32(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  scaled<f32>(from, to, count, scale, zero, blank)
}
export function scaleIntegers64(from: usize, to: usize, count: usize, scale: f64, zero: f64, blank: f64): void {
  scaled<f64>(from, to, count, scale, zero, blank)
}
