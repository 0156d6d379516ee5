// What is learnt from the values of one image.

/** How many of `count` values, a multiple of 4, are neither NaN nor infinite. */
// @ts-ignore: decorator
@inline function count<T, I>(from: usize, items: usize): i32 {
  let sum = v128.splat<I>(0)
  for (const end = from + items * sizeof<T>(); from < end; from += 16) {
    const value = v128.load(from)
    // Only finite values leave nothing of themselves.
    sum = v128.sub<I>(sum, v128.eq<T>(v128.sub<T>(value, value), v128.splat<T>(0)))
  }
  if (sizeof<T>() == 8) return <i32>(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1))
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
}

export function countFinite32(from: usize, items: usize): i32 {
  return count<f32, i32>(from, items)
}
export function countFinite64(from: usize, items: usize): i32 {
  return count<f64, i64>(from, items)
}

/** Counts values into bins of one width; those at the upper end are in the last bin, others outside nowhere. */
// @ts-ignore: decorator
@inline function bins<T>(from: usize, items: usize, low: f64, high: f64, factor: f64, bins: i32, counts: usize): void {
  for (const end = from + items * sizeof<T>(); from < end; from += sizeof<T>()) {
    const value = <f64>load<T>(from)
    if (!(value >= low && value <= high)) continue
    const bin = counts + (<usize>min(<i32>((value - low) * factor), bins - 1) << 2)
    store<u32>(bin, load<u32>(bin) + 1)
  }
}

export function histogram32(from: usize, items: usize, low: f64, high: f64, factor: f64, number: i32, counts: usize): void {
  bins<f32>(from, items, low, high, factor, number, counts)
}
export function histogram64(from: usize, items: usize, low: f64, high: f64, factor: f64, number: i32, counts: usize): void {
  bins<f64>(from, items, low, high, factor, number, counts)
}

/** The bits of a float as an integer of the same order, from 0 on. */
// @ts-ignore: decorator
@inline function keyOf(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000)
}

/**
 * Counts float32 values by the bits of their keys from bit `shift` on, up to bit `end`; of values whose higher bits are those of `prefix`. NaN is
 * not counted.
 */
export function countKeys(from: usize, items: usize, prefix: u32, shift: u32, end: u32, counts: usize): void {
  const mask = (<u32>1 << (end - shift)) - 1
  for (const last = from + (items << 2); from < last; from += 4) {
    const bits = load<u32>(from)
    if ((bits & 0x7fffffff) > 0x7f800000) continue
    const key = keyOf(bits)
    if (end < 32 && key >>> end != prefix) continue
    const bin = counts + (<usize>((key >>> shift) & mask) << 2)
    store<u32>(bin, load<u32>(bin) + 1)
  }
}
