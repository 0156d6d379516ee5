// How much noise a row has: the medians of differences between its pixels (Stoehr et al. 2008, ASP Conf. Ser. 394, 505). Those of one row are
// near those of the row before: only differences that are near those are looked at closely.
import { lowerBound, select, selectAmong, upperBound } from './select'
import { toFront } from './to-front'

// The medians of the row before: good guesses of those of the next.
let guess2: f32 = 0
let guess3: f32 = 0
let guess5: f32 = 0

// How many differences of pixels that are all the same were left out.
let same2: i32 = 0
let same3: i32 = 0

/** How many differences are below those that are near a guess, and how many of these there are. */
let below2: i32 = 0
let below3: i32 = 0
let below5: i32 = 0
let near2: i32 = 0
let near3: i32 = 0
let near5: i32 = 0

// The smallest and the largest value.
let least: f32 = 0
let greatest: f32 = 0

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

/** Finds the smallest and the largest value; returns whether one is NaN, which is neither. */
function findExtremes(from: usize, count: i32): bool {
  let lows = f32x4.splat(Infinity)
  let highs = f32x4.splat(-Infinity)
  let any = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(from + (<usize>i << 2))
    lows = f32x4.pmin(lows, value)
    highs = f32x4.pmax(highs, value)
    any = v128.or(any, f32x4.ne(value, value))
  }
  let low = min(min(f32x4.extract_lane(lows, 0), f32x4.extract_lane(lows, 1)), min(f32x4.extract_lane(lows, 2), f32x4.extract_lane(lows, 3)))
  let high = max(max(f32x4.extract_lane(highs, 0), f32x4.extract_lane(highs, 1)), max(f32x4.extract_lane(highs, 2), f32x4.extract_lane(highs, 3)))
  let found = v128.any_true(any)
  for (; i < count; i++) {
    const value = load<f32>(from + (<usize>i << 2))
    if (value < low) low = value
    if (value > high) high = value
    found = found || value != value
  }
  least = low
  greatest = high
  return found
}

// @ts-ignore: decorator
@inline function equal(p: usize): v128 {
  return f32x4.eq(v128.load(p), v128.load(p, 4))
}

// The absolute differences, in single precision, of second, third and fifth order, of four pixels from the fifth behind an address on.

// @ts-ignore: decorator
@inline function secondAt(v5: v128, v7: v128): v128 {
  return f32x4.abs(f32x4.sub(v5, v7))
}

// @ts-ignore: decorator
@inline function thirdAt(v3: v128, v5: v128, v7: v128): v128 {
  return f32x4.abs(f32x4.sub(f32x4.sub(f32x4.add(v5, v5), v3), v7))
}

// @ts-ignore: decorator
@inline function fifthAt(p: usize, v3: v128, v5: v128, v7: v128): v128 {
  const four = f32x4.splat(4)
  const inner = f32x4.sub(f32x4.sub(f32x4.mul(f32x4.splat(6), v5), f32x4.mul(four, v3)), f32x4.mul(four, v7))
  return f32x4.abs(f32x4.add(f32x4.add(inner, v128.load(p)), v128.load(p, 32)))
}

// @ts-ignore: decorator
@inline function isBehind(at: i32, count: i32): v128 {
  return i32x4.ge_s(i32x4.add(i32x4.splat(at), i32x4(0, 1, 2, 3)), i32x4.splat(count))
}

/** All differences of `count` pixels; infinity for those where all pixels are the same, and behind the last. */
function spread(from: usize, count: i32, to2: usize, to3: usize, to5: usize): void {
  const infinity = f32x4.splat(Infinity)
  for (let o = 0; o < count; o += 4) {
    const i = <usize>o << 2
    const p = from + i
    const v3 = v128.load(p, 8)
    const v5 = v128.load(p, 16)
    const v7 = v128.load(p, 24)
    const behind = isBehind(o, count)
    const isSame = v128.and(equal(p + 16), equal(p + 20))
    const isAllSame = v128.or(behind, v128.and(isSame, v128.and(equal(p + 8), equal(p + 12))))
    v128.store(to2 + i, v128.bitselect(infinity, secondAt(v5, v7), v128.or(behind, isSame)))
    v128.store(to3 + i, v128.bitselect(infinity, thirdAt(v3, v5, v7), isAllSame))
    v128.store(to5 + i, v128.bitselect(infinity, fifthAt(p, v3, v5, v7), isAllSame))
  }
}

/** Keeps the differences of `count` pixels that are near the guesses, and counts those below. Sets `same2` and `same3`, too. */
function gather(from: usize, count: i32, to2: usize, to3: usize, to5: usize): void {
  const infinity = f32x4.splat(Infinity)
  const low2 = f32x4.splat(lowerBound(guess2))
  const low3 = f32x4.splat(lowerBound(guess3))
  const low5 = f32x4.splat(lowerBound(guess5))
  const high2 = f32x4.splat(upperBound(guess2))
  const high3 = f32x4.splat(upperBound(guess3))
  const high5 = f32x4.splat(upperBound(guess5))
  let sum2 = i32x4.splat(0)
  let sum3 = i32x4.splat(0)
  let sum5 = i32x4.splat(0)
  let omitted2 = i32x4.splat(0)
  let omitted3 = i32x4.splat(0)
  let end2 = to2
  let end3 = to3
  let end5 = to5
  for (let o = 0; o < count; o += 4) {
    const p = from + (<usize>o << 2)
    const v3 = v128.load(p, 8)
    const v5 = v128.load(p, 16)
    const v7 = v128.load(p, 24)
    let second = secondAt(v5, v7)
    let third = thirdAt(v3, v5, v7)
    let fifth = fifthAt(p, v3, v5, v7)
    let isSame = v128.and(equal(p + 16), equal(p + 20))
    if (v128.any_true(isSame) || o + 4 > count) {
      const behind = isBehind(o, count)
      let isAllSame = v128.and(isSame, v128.and(equal(p + 8), equal(p + 12)))
      omitted2 = i32x4.sub(omitted2, v128.andnot(isSame, behind))
      omitted3 = i32x4.sub(omitted3, v128.andnot(isAllSame, behind))
      isSame = v128.or(isSame, behind)
      isAllSame = v128.or(isAllSame, behind)
      second = v128.bitselect(infinity, second, isSame)
      third = v128.bitselect(infinity, third, isAllSame)
      fifth = v128.bitselect(infinity, fifth, isAllSame)
    }
    const isBelow2 = i32x4.lt_s(second, low2)
    const isBelow3 = i32x4.lt_s(third, low3)
    const isBelow5 = i32x4.lt_s(fifth, low5)
    sum2 = i32x4.sub(sum2, isBelow2)
    sum3 = i32x4.sub(sum3, isBelow3)
    sum5 = i32x4.sub(sum5, isBelow5)
    const mask2 = i32x4.bitmask(v128.andnot(i32x4.lt_s(second, high2), isBelow2))
    const mask3 = i32x4.bitmask(v128.andnot(i32x4.lt_s(third, high3), isBelow3))
    const mask5 = i32x4.bitmask(v128.andnot(i32x4.lt_s(fifth, high5), isBelow5))
    v128.store(end2, toFront(second, mask2))
    v128.store(end3, toFront(third, mask3))
    v128.store(end5, toFront(fifth, mask5))
    end2 += <usize>popcnt(mask2) << 2
    end3 += <usize>popcnt(mask3) << 2
    end5 += <usize>popcnt(mask5) << 2
  }
  same2 = lanesOf(omitted2)
  same3 = lanesOf(omitted3)
  below2 = lanesOf(sum2)
  below3 = lanesOf(sum3)
  below5 = lanesOf(sum5)
  near2 = <i32>((end2 - to2) >> 2)
  near3 = <i32>((end3 - to3) >> 2)
  near5 = <i32>((end5 - to5) >> 2)
}

function lanesOf(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
}

// @ts-ignore: decorator
@inline function isNear(rank: i32, below: i32, near: i32): bool {
  return rank >= below && rank < below + near
}

/**
 * Writes six doubles to `result`: how many values are not NaN, the least and the greatest of them, and the lower medians of the differences of
 * second, third and fifth order, 0 where there are none. `work` has room for four times as many floats, and 16 more in each. The values may be
 * read up to 64 bytes behind.
 */
export function measureNoise(from: usize, count: i32, result: usize, work: usize): void {
  const room = (<usize>count << 2) + 64
  let valid = count
  if (findExtremes(from, count)) {
    valid = compact(from, count, work)
    from = work
  }
  store<f64>(result, valid)
  store<f64>(result, least, 8)
  store<f64>(result, greatest, 16)
  for (let i: usize = 24; i < 48; i += 8) store<f64>(result + i, 0)
  if (valid < 9) return
  const number = valid - 8
  const d2 = work + room
  const d3 = d2 + room
  const d5 = d3 + room
  gather(from, number, d2, d3, d5)
  const of2 = number - same2
  const of3 = number - same3
  if (of3 == 0) return
  const rank2 = (of2 - 1) >> 1
  const rank3 = (of3 - 1) >> 1
  const hasSecond = of2 > 0 && (of2 > 1 || of3 == 1)
  if ((!hasSecond || isNear(rank2, below2, near2)) && isNear(rank3, below3, near3) && isNear(rank3, below5, near5)) {
    if (hasSecond) guess2 = selectAmong(d2, near2, rank2 - below2, lowerBound(guess2), upperBound(guess2))
    guess3 = selectAmong(d3, near3, rank3 - below3, lowerBound(guess3), upperBound(guess3))
    guess5 = selectAmong(d5, near5, rank3 - below5, lowerBound(guess5), upperBound(guess5))
  } else {
    spread(from, number, d2, d3, d5)
    const padded = (number + 3) & ~3
    if (hasSecond) guess2 = select(d2, padded, rank2, guess2)
    guess3 = select(d3, padded, rank3, guess3)
    guess5 = select(d5, padded, rank3, guess5)
  }
  if (hasSecond) store<f64>(result, guess2, 24)
  store<f64>(result, guess3, 32)
  store<f64>(result, guess5, 40)
}
