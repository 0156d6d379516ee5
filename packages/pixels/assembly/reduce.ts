// Sums, means, extremes, deviations of each pixel across frames, in double precision and in the order of the frames; NaN is missing.
import { medianOfColumn } from './bisect'
import { FLOAT32, gather, kindBytes, storePair } from './columns'
import { byteOrder32, narrowed, upper } from './lanes'

const SUM: i32 = 0
const MEAN: i32 = 1
const MIN: i32 = 2
const MAX: i32 = 3
const DEVIATION: i32 = 4

/** Pixels that are looked at together: of float32, a line of the cache. */
const LINE_PIXELS: usize = 16

// What the last look at a column found.
let count: v128 = f64x2.splat(0)
let mean: v128 = f64x2.splat(0)

// @ts-ignore: decorator
@inline function at(column: usize, f: i32): v128 {
  return v128.load(column + (<usize>f << 4))
}

/** The sum of a column's values; sets `count`. */
function sumOf(column: usize, n: i32): v128 {
  let sum = f64x2.splat(0)
  let valid = f64x2.splat(0)
  for (let f = 0; f < n; f++) {
    const value = at(column, f)
    const isValid = f64x2.eq(value, value)
    sum = f64x2.add(sum, v128.and(value, isValid))
    valid = f64x2.add(valid, v128.and(f64x2.splat(1), isValid))
  }
  count = valid
  return sum
}

/** NaN where a column had no value: what 0 / 0 is, each processor tells in its own way. */
// @ts-ignore: decorator
@inline function orMissing(result: v128): v128 {
  return v128.bitselect(f64x2.splat(NaN), result, f64x2.eq(count, f64x2.splat(0)))
}

/** The standard deviation of a column's values, of the whole population; sets `mean` and `count`. */
function deviationOf(column: usize, n: i32): v128 {
  mean = f64x2.div(sumOf(column, n), count)
  let squares = f64x2.splat(0)
  for (let f = 0; f < n; f++) {
    const value = at(column, f)
    const off = f64x2.sub(value, mean)
    squares = f64x2.add(squares, v128.and(f64x2.mul(off, off), f64x2.eq(value, value)))
  }
  return f64x2.sqrt(f64x2.div(squares, count))
}

function extremeOf(column: usize, n: i32, isMax: bool): v128 {
  const end = f64x2.splat(isMax ? -Infinity : Infinity)
  let extreme = end
  let valid = f64x2.splat(0)
  for (let f = 0; f < n; f++) {
    const value = at(column, f)
    const isValid = f64x2.eq(value, value)
    const known = v128.bitselect(value, end, isValid)
    extreme = isMax ? f64x2.max(extreme, known) : f64x2.min(extreme, known)
    valid = v128.or(valid, isValid)
  }
  count = valid
  return extreme
}

function reduced(kind: i32, column: usize, n: i32): v128 {
  if (kind == DEVIATION) return orMissing(deviationOf(column, n))
  if (kind == MIN || kind == MAX) {
    const extreme = extremeOf(column, n, kind == MAX)
    return v128.bitselect(extreme, f64x2.splat(NaN), count)
  }
  const sum = sumOf(column, n)
  return orMissing(kind == MEAN ? f64x2.div(sum, count) : sum)
}

export function reduce(what: i32, kind: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isNarrow: bool, isResultSwapped: bool, column: usize): void {
  const isFast = kind == FLOAT32 && isNarrow && (what == SUM || what == MEAN)
  const bytes = LINE_PIXELS * kindBytes(kind)
  const step: usize = LINE_PIXELS * (isNarrow ? 4 : 8)
  for (let i: usize = 0; i < pixels; i += LINE_PIXELS, from += bytes, to += step)
    if (!isFast || !addLine(what, from, stride, to, n, isSwapped, isResultSwapped))
      reduceLine(what, kind, from, stride, to, n, isSwapped, isNarrow, isResultSwapped, column)
}

function reduceLine(what: i32, kind: i32, from: usize, stride: usize, to: usize, n: i32, isSwapped: bool, isNarrow: bool, isResultSwapped: bool, column: usize): void {
  const bytes = 2 * kindBytes(kind)
  const step: usize = isNarrow ? 8 : 16
  for (let i: usize = 0; i < LINE_PIXELS; i += 2, from += bytes, to += step) {
    gather(kind, from, stride, n, isSwapped, column)
    storePair(to, reduced(what, column, n), isNarrow, isResultSwapped)
  }
}

// @ts-ignore: decorator
@inline function storeFloats(to: usize, low: v128, high: v128, isMean: bool, count: v128, order: v128): void {
  const floats = isMean ? narrowed(f64x2.div(low, count), f64x2.div(high, count)) : narrowed(low, high)
  v128.store(to, i8x16.swizzle(floats, order))
}

/** Sums or means of a line of float32 pixels, as if none were missing. False, and nothing stored, where one may be: a sum is NaN then. */
function addLine(what: i32, from: usize, stride: usize, to: usize, n: i32, isSwapped: bool, isResultSwapped: bool): bool {
  const order = byteOrder32(isSwapped)
  let a = f64x2.splat(0)
  let b = a
  let c = a
  let d = a
  let e = a
  let f = a
  let g = a
  let h = a
  let p = from
  for (let frame = 0; frame < n; frame++, p += stride) {
    const first = i8x16.swizzle(v128.load(p), order)
    const second = i8x16.swizzle(v128.load(p, 16), order)
    const third = i8x16.swizzle(v128.load(p, 32), order)
    const fourth = i8x16.swizzle(v128.load(p, 48), order)
    a = f64x2.add(a, f64x2.promote_low_f32x4(first))
    b = f64x2.add(b, f64x2.promote_low_f32x4(upper(first)))
    c = f64x2.add(c, f64x2.promote_low_f32x4(second))
    d = f64x2.add(d, f64x2.promote_low_f32x4(upper(second)))
    e = f64x2.add(e, f64x2.promote_low_f32x4(third))
    f = f64x2.add(f, f64x2.promote_low_f32x4(upper(third)))
    g = f64x2.add(g, f64x2.promote_low_f32x4(fourth))
    h = f64x2.add(h, f64x2.promote_low_f32x4(upper(fourth)))
  }
  // Infinities of both signs give one as well, which is looked at more closely, too.
  const all = f64x2.add(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), f64x2.add(f64x2.add(e, f), f64x2.add(g, h)))
  if (!v128.all_true<i64>(f64x2.eq(all, all))) return false
  const toOrder = byteOrder32(isResultSwapped)
  const count = f64x2.splat(<f64>n)
  const isMean = what == MEAN
  storeFloats(to, a, b, isMean, count, toOrder)
  storeFloats(to + 16, c, d, isMean, count, toOrder)
  storeFloats(to + 32, e, f, isMean, count, toOrder)
  storeFloats(to + 48, g, h, isMean, count, toOrder)
  return true
}

/** Makes NaN of what is outside some deviations from the centre. Returns whether there was such. */
function clip(column: usize, n: i32, centre: v128, deviation: v128, low: f64, high: f64): bool {
  const least = f64x2.sub(centre, f64x2.mul(deviation, f64x2.splat(low)))
  const most = f64x2.add(centre, f64x2.mul(deviation, f64x2.splat(high)))
  let any = f64x2.splat(0)
  for (let f = 0; f < n; f++) {
    const value = at(column, f)
    const isOut = v128.or(f64x2.lt(value, least), f64x2.gt(value, most))
    v128.store(column + (<usize>f << 4), v128.bitselect(f64x2.splat(NaN), value, isOut))
    any = v128.or(any, isOut)
  }
  return v128.any_true(any)
}

/** Means without values far from the median, or mean, of what the round before has left. `columns` has room for twice n pairs. */
export function clippedMean(kind: i32, from: usize, stride: usize, to: usize, pixels: usize, n: i32, isSwapped: bool, isNarrow: bool, isResultSwapped: bool, columns: usize, low: f64, high: f64, rounds: i32, isAboutMedian: bool): void {
  const bytes = 2 * kindBytes(kind)
  const step: usize = isNarrow ? 8 : 16
  const work = columns + (<usize>n << 4)
  for (let i: usize = 0; i < pixels; i += 2, from += bytes, to += step) {
    gather(kind, from, stride, n, isSwapped, columns)
    for (let f = 0; f < n; f++) {
      const value = at(columns, f)
      const isInfinite = f64x2.eq(f64x2.abs(value), f64x2.splat(Infinity))
      v128.store(columns + (<usize>f << 4), v128.bitselect(f64x2.splat(NaN), value, isInfinite))
    }
    for (let round = 0; round < rounds; round++) {
      const deviation = deviationOf(columns, n)
      const centre = isAboutMedian ? medianOfColumn(columns, n, work) : mean
      if (!clip(columns, n, centre, deviation, low, high)) break
    }
    const sum = sumOf(columns, n)
    storePair(to, orMissing(f64x2.div(sum, count)), isNarrow, isResultSwapped)
  }
}
