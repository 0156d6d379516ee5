// What pictures are made by.
import { loadHigh, loadLow, storeFour } from './lanes'

/** Adds rows of bytes, that are so many apart, to 32-bit sums: of a multiple of 16 columns. */
export function addRows(from: usize, apart: usize, rows: usize, sums: usize, count: usize): void {
  for (const end = from + rows * apart; from < end; from += apart) addRow(from, sums, count)
}

function addRow(from: usize, sums: usize, count: usize): void {
  for (const end = from + count; from < end; from += 16, sums += 64) {
    const bytes = v128.load(from)
    const low = i16x8.extend_low_i8x16_u(bytes)
    const high = i16x8.extend_high_i8x16_u(bytes)
    v128.store(sums, i32x4.add(v128.load(sums), i32x4.extend_low_i16x8_u(low)))
    v128.store(sums, i32x4.add(v128.load(sums, 16), i32x4.extend_high_i16x8_u(low)), 16)
    v128.store(sums, i32x4.add(v128.load(sums, 32), i32x4.extend_low_i16x8_u(high)), 32)
    v128.store(sums, i32x4.add(v128.load(sums, 48), i32x4.extend_high_i16x8_u(high)), 48)
  }
}

/** Makes a row of `count` bytes the averages of `width` sums of `rows` bytes each: of whole ones, as many as each covers. */
export function averageSums(sums: usize, width: i32, rows: i32, to: usize, count: i32): void {
  for (let x = 0; x < count; x++) {
    const left = (x * width) / count
    const right = max(left + 1, ((x + 1) * width) / count)
    let sum: u64 = 0
    for (let column = left; column < right; column++) sum += load<u32>(sums + (<usize>column << 2))
    store<u8>(to + x, <u8>floor(<f64>sum / (<f64>(right - left) * <f64>rows) + 0.5))
  }
}

/** Adds light, in proportion to how far values are between two limits. Counts are multiples of 4. */
// @ts-ignore: decorator
@inline function addLight<S>(from: usize, to: usize, count: usize, low: f64, factor: f64, light: f64): void {
  const l = f64x2.splat(low)
  const f = f64x2.splat(factor)
  const a = f64x2.splat(light)
  for (const end = to + (count << 2); to < end; to += 16, from += 4 * sizeof<S>())
    storeFour<f32>(to, lit(loadLow<S>(from), loadLow<f32>(to), l, f, a), lit(loadHigh<S>(from), loadHigh<f32>(to), l, f, a))
}

// @ts-ignore: decorator
@inline function lit(value: v128, before: v128, low: v128, factor: v128, light: v128): v128 {
  const share = f64x2.mul(f64x2.sub(value, low), factor)
  const more = f64x2.add(before, f64x2.mul(light, f64x2.pmin(share, f64x2.splat(1))))
  return v128.bitselect(more, before, f64x2.gt(share, f64x2.splat(0)))
}

export function addLight32(from: usize, to: usize, count: usize, low: f64, factor: f64, light: f64): void {
  addLight<f32>(from, to, count, low, factor, light)
}
export function addLight64(from: usize, to: usize, count: usize, low: f64, factor: f64, light: f64): void {
  addLight<f64>(from, to, count, low, factor, light)
}
