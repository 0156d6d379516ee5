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

/** The integers for which the sum with any random number has no more bits than a double: those from -4096 up to 4095. */
const EXACT_BITS: i32 = 13
const EXACT: i32 = 1 << (EXACT_BITS - 1)

// @ts-ignore: decorator
@inline function isExact(stored: i32): bool {
  return <u32>(stored + EXACT) >>> EXACT_BITS == 0
}

/** Whether all of 16 integers are. */
// @ts-ignore: decorator
@inline function areExact(from: usize): bool {
  const half = i32x4.splat(EXACT)
  const first = v128.or(i32x4.add(v128.load(from), half), i32x4.add(v128.load(from, 16), half))
  const second = v128.or(i32x4.add(v128.load(from, 32), half), i32x4.add(v128.load(from, 48), half))
  return !v128.any_true(i32x4.shr_u(v128.or(first, second), EXACT_BITS))
}

/** Four of those integers, none of which stands for something else: in which order they are added up makes no difference. */
// @ts-ignore: decorator
@inline function exactFour<D>(from: usize, to: usize, offsets: usize, s: v128, z: v128): void {
  const stored = v128.load(from)
  const low = f64x2.add(f64x2.convert_low_i32x4_s(stored), v128.load(offsets))
  const high = f64x2.add(f64x2.convert_low_i32x4_s(upper(stored)), v128.load(offsets, 16))
  storeFour<D>(to, f64x2.add(f64x2.mul(low, s), z), f64x2.add(f64x2.mul(high, s), z))
}

// @ts-ignore: decorator
@inline function one(stored: i32, offset: f64, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32): f64 {
  if (hasBlank && stored == blank) return NaN
  if (hasZero && stored == zeroMark) return 0
  return (<f64>stored - (0.5 - offset) + 0.5) * scale + zero
}

/** Where the random numbers of a row of pixels begin. */
// @ts-ignore: decorator
@inline function placeOf(seed: i32, offsets: usize): i32 {
  return <i32>((0.5 - load<f64>(offsets + (<usize>seed << 3))) * 500)
}

/**
 * `offsets` are a half less each of the 10,000 random numbers of the standard, which is exact, and so is a half less an offset; `seed` is the random
 * number that says where the first pixel's is.
 */
// @ts-ignore: decorator
@inline function dithered<D>(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32, seed: i32, offsets: usize): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  const half = f64x2.splat(0.5)
  const nan = f64x2.splat(NaN)
  const none = f64x2.splat(0)
  const b = i32x4.splat(blank)
  const bMask = i32x4.splat(hasBlank ? -1 : 0)
  const m = i32x4.splat(zeroMark)
  const mMask = i32x4.splat(hasZero ? -1 : 0)
  const isPlain = !(hasBlank && isExact(blank)) && !(hasZero && isExact(zeroMark))
  let next = placeOf(seed, offsets)
  for (let i = 0; i < count; ) {
    const run = min(count - i, RANDOM_COUNT - next)
    const whole = run & ~3
    let k = 0
    while (k < whole) {
      const source = from + (<usize>(i + k) << 2)
      const target = to + <usize>(i + k) * sizeof<D>()
      const place = offsets + (<usize>(next + k) << 3)
      if (isPlain && k + 16 <= whole && areExact(source)) {
        exactFour<D>(source, target, place, s, z)
        exactFour<D>(source + 16, target + 4 * sizeof<D>(), place + 32, s, z)
        exactFour<D>(source + 32, target + 8 * sizeof<D>(), place + 64, s, z)
        exactFour<D>(source + 48, target + 12 * sizeof<D>(), place + 96, s, z)
        k += 16
        continue
      }
      const stored = v128.load(source)
      const a = f64x2.add(f64x2.sub(f64x2.convert_low_i32x4_s(stored), f64x2.sub(half, v128.load(place))), half)
      const c = f64x2.add(f64x2.sub(f64x2.convert_low_i32x4_s(upper(stored)), f64x2.sub(half, v128.load(place, 16))), half)
      let low = f64x2.add(f64x2.mul(a, s), z)
      let high = f64x2.add(f64x2.mul(c, s), z)
      const zeros = v128.and(i32x4.eq(stored, m), mMask)
      const blanks = v128.and(i32x4.eq(stored, b), bMask)
      if (v128.any_true(v128.or(zeros, blanks))) {
        low = v128.bitselect(nan, v128.bitselect(none, low, wideLow(zeros)), wideLow(blanks))
        high = v128.bitselect(nan, v128.bitselect(none, high, wideHigh(zeros)), wideHigh(blanks))
      }
      storeFour<D>(target, low, high)
      k += 4
    }
    for (; k < run; k++) {
      const stored = load<i32>(from + (<usize>(i + k) << 2))
      const offset = load<f64>(offsets + (<usize>(next + k) << 3))
      store<D>(to + <usize>(i + k) * sizeof<D>(), <D>one(stored, offset, scale, zero, hasBlank, blank, hasZero, zeroMark))
    }
    i += run
    next += run
    if (next == RANDOM_COUNT) {
      seed = seed + 1 == RANDOM_COUNT ? 0 : seed + 1
      next = placeOf(seed, offsets)
    }
  }
}

export function dequantizeDithered32(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32, seed: i32, offsets: usize): void {
  dithered<f32>(from, to, count, scale, zero, hasBlank, blank, hasZero, zeroMark, seed, offsets)
}
export function dequantizeDithered64(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasBlank: bool, blank: i32, hasZero: bool, zeroMark: i32, seed: i32, offsets: usize): void {
  dithered<f64>(from, to, count, scale, zero, hasBlank, blank, hasZero, zeroMark, seed, offsets)
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

/** Integers of at most 16 bits plus one that is no greater than 2^23: the sums are those of doubles, and float32 holds them. */
export function shiftIntegers32(from: usize, to: usize, count: usize, zero: i32, hasBlank: bool, blank: i32): void {
  const z = i32x4.splat(zero)
  const b = i32x4.splat(blank)
  const mask = i32x4.splat(hasBlank ? -1 : 0)
  const nan = f32x4.splat(NaN)
  for (const end = from + (count << 2); from < end; from += 16, to += 16) {
    const stored = v128.load(from)
    const blanks = v128.and(i32x4.eq(stored, b), mask)
    v128.store(to, v128.bitselect(nan, f32x4.convert_i32x4_s(i32x4.add(stored, z)), blanks))
  }
}
