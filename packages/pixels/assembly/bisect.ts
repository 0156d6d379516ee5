// The median of many values by bisection: how many are smaller than a pivot tells on which side of it the median is. The pivot is interpolated
// between values known to be below and above, as if those between were spread evenly; every fourth one halves the floats between them, which
// bounds the number of rounds. T is the type of the values, I that of their bits.
import { gather, kindBytes, storePair } from './columns'
import { byteOrder32 } from './lanes'

/** Bits of floats as integers of the same order; and back. */
// @ts-ignore: decorator
@inline function key<T>(v: v128): v128 {
  return sizeof<T>() == 4
    ? v128.xor(v, v128.and(i32x4.shr_s(v, 31), i32x4.splat(i32.MAX_VALUE)))
    : v128.xor(v, v128.and(i64x2.shr_s(v, 63), i64x2.splat(i64.MAX_VALUE)))
}

/** The float in the middle of the floats between two. */
// @ts-ignore: decorator
@inline function halfway<T>(low: v128, high: v128): v128 {
  const a = key<T>(low)
  const b = key<T>(high)
  const half = v128.xor(a, b)
  return sizeof<T>() == 4
    ? key<T>(i32x4.add(v128.and(a, b), i32x4.shr_s(half, 1)))
    : key<T>(i64x2.add(v128.and(a, b), i64x2.shr_s(half, 1)))
}

// @ts-ignore: decorator
@inline function at(column: usize, f: i32): v128 {
  return v128.load(column + (<usize>f << 4))
}

/** The values of the given ranks, a rank for each lane; without NaN in the column. */
// @ts-ignore: decorator
@inline function select<T>(column: usize, n: i32, rank: v128): v128 {
  const end = column + (<usize>n << 4)
  const infinity = v128.splat<T>(<T>Infinity)
  const one = v128.splat<T>(1)
  const next = v128.add<T>(rank, one)
  let low = infinity
  let high = v128.neg<T>(infinity)
  for (let p = column; p < end; p += 16) {
    const value = v128.load(p)
    low = v128.pmin<T>(low, value)
    high = v128.pmax<T>(high, value)
  }
  let belowLow = v128.splat<T>(0)
  let belowHigh = v128.splat<T>(<T>n)
  let result = low
  let done = v128.eq<T>(low, high)
  const first = at(column, 0)
  const middle = at(column, n >> 1)
  let pivot = v128.pmax<T>(v128.pmin<T>(first, middle), v128.pmin<T>(v128.pmax<T>(first, middle), at(column, n - 1)))
  for (let round = 1; !allTrue<T>(done); round++) {
    let smaller = v128.splat<T>(0)
    let below = v128.neg<T>(infinity)
    let above = infinity
    for (let p = column; p < end; p += 16) {
      const value = v128.load(p)
      const isBelow = v128.lt<T>(value, pivot)
      smaller = v128.add<T>(smaller, v128.and(isBelow, one))
      above = v128.pmin<T>(above, v128.bitselect(infinity, value, isBelow))
      below = v128.pmax<T>(below, v128.bitselect(value, v128.neg<T>(infinity), isBelow))
    }
    const isAbove = v128.eq<T>(smaller, rank)
    const isJustBelow = v128.eq<T>(smaller, next)
    result = v128.bitselect(above, result, v128.andnot(isAbove, done))
    result = v128.bitselect(below, result, v128.andnot(isJustBelow, done))
    done = v128.or(done, v128.or(isAbove, isJustBelow))
    const isUp = v128.lt<T>(smaller, rank)
    low = v128.bitselect(above, low, isUp)
    belowLow = v128.bitselect(smaller, belowLow, isUp)
    high = v128.bitselect(high, below, isUp)
    belowHigh = v128.bitselect(belowHigh, smaller, isUp)
    const isOne = v128.eq<T>(low, high)
    result = v128.bitselect(low, result, v128.andnot(isOne, done))
    done = v128.or(done, isOne)
    if (round & 3) {
      const share = v128.div<T>(v128.sub<T>(rank, belowLow), v128.sub<T>(belowHigh, belowLow))
      pivot = v128.add<T>(low, v128.mul<T>(v128.sub<T>(high, low), share))
    } else pivot = halfway<T>(low, high)
    const isBetween = v128.and(v128.gt<T>(pivot, low), v128.le<T>(pivot, high))
    pivot = v128.bitselect(pivot, high, isBetween)
  }
  return result
}

// @ts-ignore: decorator
@inline function allTrue<T>(mask: v128): bool {
  return sizeof<T>() == 4 ? i32x4.all_true(mask) : i64x2.all_true(mask)
}

/** Sets the sign of values that are zero: -0 comes before 0, which comparisons take for the same. */
// @ts-ignore: decorator
@inline function signed<T>(value: v128, column: usize, n: i32, rank: v128): v128 {
  const isZero = v128.eq<T>(value, v128.splat<T>(0))
  if (!v128.any_true(isZero)) return value
  let negatives = v128.splat<T>(0)
  const one = v128.splat<T>(1)
  for (let f = 0; f < n; f++) {
    const v = at(column, f)
    const isNegative = sizeof<T>() == 4 ? i32x4.shr_s(v, 31) : i64x2.shr_s(v, 63)
    negatives = v128.add<T>(negatives, v128.and(isNegative, one))
  }
  const sign = v128.neg<T>(v128.splat<T>(0))
  return v128.bitselect(v128.and(v128.gt<T>(negatives, rank), sign), value, isZero)
}

/**
 * The medians of a column in which infinities stand for what is missing, of which `valid` tells, for each lane, how many values are not.
 */
// @ts-ignore: decorator
@inline function medianOf<T>(column: usize, n: i32, valid: v128): v128 {
  const one = v128.splat<T>(1)
  const half = v128.splat<T>(<T>0.5)
  const lowRank = v128.max<T>(v128.splat<T>(0), floor<T>(v128.mul<T>(v128.sub<T>(valid, one), half)))
  const highRank = floor<T>(v128.mul<T>(valid, half))
  const low = select<T>(column, n, lowRank)
  let count = v128.splat<T>(0)
  let above = v128.splat<T>(<T>Infinity)
  for (let f = 0; f < n; f++) {
    const value = at(column, f)
    const isAbove = v128.gt<T>(value, low)
    count = v128.add<T>(count, v128.andnot(one, isAbove))
    above = v128.pmin<T>(above, v128.bitselect(value, above, isAbove))
  }
  const high = v128.bitselect(low, above, v128.gt<T>(count, highRank))
  const lower = signed<T>(low, column, n, lowRank)
  const upper = signed<T>(high, column, n, highRank)
  const isOdd = v128.eq<T>(lowRank, highRank)
  const result = v128.bitselect(lower, v128.mul<T>(v128.add<T>(lower, upper), half), isOdd)
  return v128.bitselect(v128.splat<T>(NaN), result, v128.eq<T>(valid, v128.splat<T>(0)))
}

// @ts-ignore: decorator
@inline function floor<T>(v: v128): v128 {
  return sizeof<T>() == 4 ? f32x4.floor(v) : f64x2.floor(v)
}

/** The medians of two pixels of a column that may hold NaN; `work` is a column, too. */
export function medianOfColumn(column: usize, n: i32, work: usize): v128 {
  const infinity = f64x2.splat(Infinity)
  let valid = f64x2.splat(0)
  for (let f: usize = 0; f < <usize>n << 4; f += 16) {
    const value = v128.load(column + f)
    const isValid = f64x2.eq(value, value)
    v128.store(work + f, v128.bitselect(value, infinity, isValid))
    valid = f64x2.add(valid, v128.and(isValid, f64x2.splat(1)))
  }
  return medianOf<f64>(work, n, valid)
}

/** Medians of float32 frames, four pixels at a time; `column` has room for n vectors. */
export function bisectFloat32(from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isResultSwapped: bool, column: usize): void {
  const order = byteOrder32(isSwapped)
  const toOrder = byteOrder32(isResultSwapped)
  const infinity = f32x4.splat(Infinity)
  const one = f32x4.splat(1)
  for (let i: usize = 0; i < pixels << 2; i += 16) {
    let valid = f32x4.splat(0)
    let p = from + i
    for (let f: usize = 0; f < <usize>n << 4; f += 16, p += stride) {
      const value = i8x16.swizzle(v128.load(p), order)
      const isValid = f32x4.eq(value, value)
      v128.store(column + f, v128.bitselect(value, infinity, isValid))
      valid = f32x4.add(valid, v128.and(isValid, one))
    }
    v128.store(to + i, i8x16.swizzle(medianOf<f32>(column, n, valid), toOrder))
  }
}

/** Medians of any frames, two pixels at a time, in double precision; `columns` has room for twice n pairs. */
export function bisectColumns(kind: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isNarrow: bool, isResultSwapped: bool, columns: usize): void {
  const bytes = 2 * kindBytes(kind)
  const step: usize = isNarrow ? 8 : 16
  for (let i: usize = 0; i < pixels; i += 2, from += bytes, to += step) {
    gather(kind, from, stride, n, isSwapped, columns)
    storePair(to, medianOfColumn(columns, n, columns + (<usize>n << 4)), isNarrow, isResultSwapped)
  }
}
