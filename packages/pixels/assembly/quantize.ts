// Floats to integers (R. L. White and P. Greenfield 1999, ASP Conf. Ser. 172, 125; as cfitsio does it), in steps of a part of their noise.
import { joined, upper } from './lanes'

const RANDOM_COUNT: i32 = 10000
const QUANTIZED_NAN: i32 = -2147483647
const QUANTIZED_ZERO: i32 = -2147483646

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
