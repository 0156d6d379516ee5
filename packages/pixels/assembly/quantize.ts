// Floats to integers (R. L. White and P. Greenfield 1999, ASP Conf. Ser. 172, 125; as cfitsio does it): first how much noise there is, by the
// medians of differences between pixels (Stoehr et al. 2008, ASP Conf. Ser. 394, 505), then integers in steps of a part of it.
import { joined, upper } from './lanes'
import { select } from './select'

const RANDOM_COUNT: i32 = 10000
const QUANTIZED_NAN: i32 = -2147483647
const QUANTIZED_ZERO: i32 = -2147483646

// The medians of the tile before: good guesses of those of the next.
let guess2: f32 = 0
let guess3: f32 = 0
let guess5: f32 = 0

// How many differences of pixels that are all the same were left out.
let same2: i32 = 0
let same3: i32 = 0

/** Copies the values that are not NaN; returns how many there are. */
function compact(from: usize, count: i32, to: usize): i32 {
  let valid = 0
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const value = load<f32>(from + i)
    store<f32>(to + (<usize>valid << 2), value)
    valid += i32(value == value)
  }
  return valid
}

function hasNaN(from: usize, count: i32): bool {
  let any = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(from + (<usize>i << 2))
    any = v128.or(any, f32x4.ne(value, value))
  }
  let found = v128.any_true(any)
  for (; i < count; i++) {
    const value = load<f32>(from + (<usize>i << 2))
    found = found || value != value
  }
  return found
}

// @ts-ignore: decorator
@inline function equal(p: usize): v128 {
  return f32x4.eq(v128.load(p), v128.load(p, 4))
}

/**
 * The absolute differences, in single precision, of second, third and fifth order, of `count` pixels from the fifth on; infinity for those where all pixels are the same,
 * and behind the last. Sets `same2` and `same3`.
 */
function differences(from: usize, count: i32, to2: usize, to3: usize, to5: usize): void {
  const infinity = f32x4.splat(Infinity)
  const two = f32x4.splat(2)
  const four = f32x4.splat(4)
  const six = f32x4.splat(6)
  let omitted2 = i32x4.splat(0)
  let omitted3 = i32x4.splat(0)
  for (let o = 0; o < count; o += 4) {
    const i = <usize>o << 2
    const p = from + i
    const v3 = v128.load(p, 8)
    const v5 = v128.load(p, 16)
    const v7 = v128.load(p, 24)
    const second = f32x4.abs(f32x4.sub(v5, v7))
    const third = f32x4.abs(f32x4.sub(f32x4.sub(f32x4.mul(two, v5), v3), v7))
    const inner = f32x4.sub(f32x4.sub(f32x4.mul(six, v5), f32x4.mul(four, v3)), f32x4.mul(four, v7))
    const fifth = f32x4.abs(f32x4.add(f32x4.add(inner, v128.load(p)), v128.load(p, 32)))
    let isSame2 = v128.and(equal(p + 16), equal(p + 20))
    let isSame3 = f32x4.splat(0)
    const beyond = i32x4.ge_s(i32x4.add(i32x4.splat(o), i32x4(0, 1, 2, 3)), i32x4.splat(count))
    if (v128.any_true(isSame2)) {
      isSame3 = v128.and(isSame2, v128.and(equal(p + 8), equal(p + 12)))
      omitted2 = i32x4.sub(omitted2, v128.andnot(isSame2, beyond))
      omitted3 = i32x4.sub(omitted3, v128.andnot(isSame3, beyond))
    }
    isSame2 = v128.or(isSame2, beyond)
    isSame3 = v128.or(isSame3, beyond)
    v128.store(to2 + i, v128.bitselect(infinity, second, isSame2))
    v128.store(to3 + i, v128.bitselect(infinity, third, isSame3))
    v128.store(to5 + i, v128.bitselect(infinity, fifth, isSame3))
  }
  same2 = lanesOf(omitted2)
  same3 = lanesOf(omitted3)
}

function lanesOf(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
}

function extremes(from: usize, count: i32, to: usize): void {
  let least = f32x4.splat(Infinity)
  let most = f32x4.splat(-Infinity)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(from + (<usize>i << 2))
    least = f32x4.pmin(least, value)
    most = f32x4.pmax(most, value)
  }
  let low = min(min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)), min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)))
  let high = max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)))
  for (; i < count; i++) {
    const value = load<f32>(from + (<usize>i << 2))
    low = min(low, value)
    high = max(high, value)
  }
  store<f64>(to, low)
  store<f64>(to, high, 8)
}

/**
 * Writes six doubles to `result`: how many values are not NaN, the least and the greatest of them, and the lower medians of the differences of
 * second, third and fifth order, 0 where there are none. `work` has room for four times as many floats, and 16 more in each. The values may be
 * read up to 64 bytes behind.
 */
export function measureNoise(from: usize, count: i32, result: usize, work: usize): void {
  const room = (<usize>count << 2) + 64
  let valid = count
  if (hasNaN(from, count)) {
    valid = compact(from, count, work)
    from = work
  }
  store<f64>(result, valid)
  extremes(from, valid, result + 8)
  for (let i: usize = 24; i < 48; i += 8) store<f64>(result + i, 0)
  if (valid < 9) return
  const number = valid - 8
  const d2 = work + room
  const d3 = d2 + room
  const d5 = d3 + room
  differences(from, number, d2, d3, d5)
  const of2 = number - same2
  const of3 = number - same3
  const padded = (number + 3) & ~3
  if (of3 == 0) return
  if (of2 > 1 || of3 == 1) {
    if (of2 > 0) {
      guess2 = select(d2, padded, (of2 - 1) >> 1, guess2)
      store<f64>(result, guess2, 24)
    }
  }
  guess3 = select(d3, padded, (of3 - 1) >> 1, guess3)
  store<f64>(result, guess3, 32)
  guess5 = select(d5, padded, (of3 - 1) >> 1, guess5)
  store<f64>(result, guess5, 40)
}

/** The nearest integers, halves away from zero. */
// @ts-ignore: decorator
@inline function rounded(value: v128): v128 {
  const half = v128.or(v128.and(value, f64x2.splat(-0.0)), f64x2.splat(0.5))
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.add(value, half))
}

// @ts-ignore: decorator
@inline function finished(integers: v128, values: v128, hasZero: bool): v128 {
  const isNaN = f32x4.ne(values, values)
  let result = v128.bitselect(i32x4.splat(QUANTIZED_NAN), integers, isNaN)
  if (hasZero) result = v128.bitselect(i32x4.splat(QUANTIZED_ZERO), result, f32x4.eq(values, f32x4.splat(0)))
  return result
}

export function quantizePlain(from: usize, to: usize, count: i32, scale: f64, zero: f64): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  for (const end = from + (<usize>count << 2); from < end; from += 16, to += 16) {
    const values = v128.load(from)
    const low = f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(values), z), s)
    const high = f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(upper(values)), z), s)
    v128.store(to, finished(joined(rounded(low), rounded(high)), values, false))
  }
}

/** With a random number, less a half, added to each before it is rounded. */
export function quantizeDithered(from: usize, to: usize, count: i32, scale: f64, zero: f64, hasZero: bool, seed: i32, randoms: usize): void {
  const s = f64x2.splat(scale)
  const z = f64x2.splat(zero)
  const half = f64x2.splat(0.5)
  let next = <i32>(<f64>load<f32>(randoms + (<usize>seed << 2)) * 500)
  for (let i = 0; i < count; ) {
    const run = min(count - i, RANDOM_COUNT - next)
    const whole = run & ~3
    for (let k = 0; k < whole; k += 4) {
      const values = v128.load(from + (<usize>(i + k) << 2))
      const random = v128.load(randoms + (<usize>(next + k) << 2))
      const a = f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(values), z), s)
      const b = f64x2.div(f64x2.sub(f64x2.promote_low_f32x4(upper(values)), z), s)
      const low = f64x2.sub(f64x2.add(a, f64x2.promote_low_f32x4(random)), half)
      const high = f64x2.sub(f64x2.add(b, f64x2.promote_low_f32x4(upper(random))), half)
      v128.store(to + (<usize>(i + k) << 2), finished(joined(rounded(low), rounded(high)), values, hasZero))
    }
    for (let k = whole; k < run; k++) {
      const random = <f64>load<f32>(randoms + (<usize>(next + k) << 2))
      const value = load<f32>(from + (<usize>(i + k) << 2))
      store<i32>(to + (<usize>(i + k) << 2), oneDithered(value, scale, zero, random, hasZero))
    }
    i += run
    next += run
    if (next == RANDOM_COUNT) {
      seed = seed + 1 == RANDOM_COUNT ? 0 : seed + 1
      next = <i32>(<f64>load<f32>(randoms + (<usize>seed << 2)) * 500)
    }
  }
}

function oneDithered(value: f32, scale: f64, zero: f64, random: f64, hasZero: bool): i32 {
  if (value != value) return QUANTIZED_NAN
  if (hasZero && value == 0) return QUANTIZED_ZERO
  return i32x4.extract_lane(rounded(f64x2.splat((<f64>value - zero) / scale + random - 0.5)), 0)
}
