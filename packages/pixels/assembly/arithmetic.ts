// One operation on the pixels of two images, or of an image and a number. Counts are multiples of 4.
import { loadHigh, loadLow, storeFour } from './lanes'

const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MULTIPLY: i32 = 2

// @ts-ignore: decorator
@inline function apply<T>(what: i32, a: v128, b: v128): v128 {
  if (what == ADD) return v128.add<T>(a, b)
  if (what == SUBTRACT) return v128.sub<T>(a, b)
  return what == MULTIPLY ? v128.mul<T>(a, b) : v128.div<T>(a, b)
}

// A step of 0 takes the same vector again: a number instead of an image.
// @ts-ignore: decorator
@inline function loop<T>(what: i32, a: usize, stepA: usize, b: usize, stepB: usize, to: usize, count: usize): void {
  for (const end = to + count * sizeof<T>(); to < end; to += 16, a += stepA, b += stepB)
    v128.store(to, apply<T>(what, v128.load(a), v128.load(b)))
}

// A loop for each operation, so that none asks in every round which it is.
// @ts-ignore: decorator
@inline function calculate<T>(what: i32, a: usize, stepA: usize, b: usize, stepB: usize, to: usize, count: usize): void {
  if (what == ADD) loop<T>(ADD, a, stepA, b, stepB, to, count)
  else if (what == SUBTRACT) loop<T>(SUBTRACT, a, stepA, b, stepB, to, count)
  else if (what == MULTIPLY) loop<T>(MULTIPLY, a, stepA, b, stepB, to, count)
  else loop<T>(3, a, stepA, b, stepB, to, count)
}

export function calculate32(what: i32, a: usize, stepA: usize, b: usize, stepB: usize, to: usize, count: usize): void {
  calculate<f32>(what, a, stepA, b, stepB, to, count)
}
export function calculate64(what: i32, a: usize, stepA: usize, b: usize, stepB: usize, to: usize, count: usize): void {
  calculate<f64>(what, a, stepA, b, stepB, to, count)
}

/** Float32 pixels and a number that is none of float32: in double precision, rounded once. */
export function calculateMixed(what: i32, from: usize, to: usize, count: usize, number: f64, isNumberFirst: bool): void {
  const n = f64x2.splat(number)
  for (const end = to + (count << 2); to < end; to += 16, from += 16) {
    const low = loadLow<f32>(from)
    const high = loadHigh<f32>(from)
    if (isNumberFirst) storeFour<f32>(to, apply<f64>(what, n, low), apply<f64>(what, n, high))
    else storeFour<f32>(to, apply<f64>(what, low, n), apply<f64>(what, high, n))
  }
}
