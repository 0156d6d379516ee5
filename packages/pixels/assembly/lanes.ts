// What the kernels share: the order of bytes in lanes, and floats in pairs of doubles.

/** Reverses the bytes of each 16-bit lane: from big-endian to the machine's order, and back. */
// @ts-ignore: decorator
@inline export function reversed16(v: v128): v128 {
  return i8x16.shuffle(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
}

/** Reverses the bytes of each 32-bit lane. */
// @ts-ignore: decorator
@inline export function reversed32(v: v128): v128 {
  return i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

/** Reverses the bytes of each 64-bit lane. */
// @ts-ignore: decorator
@inline export function reversed64(v: v128): v128 {
  return i8x16.shuffle(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
}

/** Reverses all bytes of a vector. */
// @ts-ignore: decorator
@inline export function reversedAll(v: v128): v128 {
  return i8x16.shuffle(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

/** Reverses the bytes from an address up to another one, in their place. */
export function reverse(from: usize, end: usize): void {
  for (; from + 16 <= end; from += 16, end -= 16) {
    const first = v128.load(from)
    const last = v128.load(end - 16)
    v128.store(from, reversedAll(last))
    v128.store(end - 16, reversedAll(first))
  }
  while (from < end) {
    const first = load<u8>(from)
    store<u8>(from++, load<u8>(--end))
    store<u8>(end, first)
  }
}

/** The upper half of a vector, as its lower one. */
// @ts-ignore: decorator
@inline export function upper(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)
}

/** The lower halves of two vectors, as one. */
// @ts-ignore: decorator
@inline export function joined(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
}

/** Four floats as float32, from two pairs of doubles: each is rounded once. */
// @ts-ignore: decorator
@inline export function narrowed(low: v128, high: v128): v128 {
  return joined(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high))
}

/** Stores four values that were computed as doubles, in the type `T`. */
// @ts-ignore: decorator
@inline export function storeFour<T>(to: usize, low: v128, high: v128): void {
  if (sizeof<T>() == 4) v128.store(to, narrowed(low, high))
  else {
    v128.store(to, low)
    v128.store(to, high, 16)
  }
}

/** The first two of four floats of type `T`, as doubles. */
// @ts-ignore: decorator
@inline export function loadLow<T>(from: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from)) : v128.load(from)
}

/** The last two of four floats of type `T`, as doubles. */
// @ts-ignore: decorator
@inline export function loadHigh<T>(from: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from, 8)) : v128.load(from, 16)
}

/** What reverses the bytes of 16-bit lanes, or leaves them: for `swizzle`. */
// @ts-ignore: decorator
@inline export function byteOrder16(isSwapped: bool): v128 {
  return isSwapped ? i8x16(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14) : i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}

/** What reverses the bytes of 32-bit lanes, or leaves them. */
// @ts-ignore: decorator
@inline export function byteOrder32(isSwapped: bool): v128 {
  return isSwapped ? i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12) : i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}
