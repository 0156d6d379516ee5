// The value at a rank among many that are not negative: their bits have their order. Where a guess is near, two looks at the values do.
import { toFront } from './to-front'

/** So few values are picked out and put in order. */
const FEW: i32 = 32

/** As many on each side of a place are looked at. */
const BESIDE: i32 = 15

/** Room for them, and for what is written behind. */
const picked: usize = memory.data(4 * 40, 16)

// What `countBelow` found.
let below: i32 = 0
let belowToo: i32 = 0

/** Counts values below two bounds. */
function countBelow(from: usize, count: i32, bound: i32, other: i32): void {
  const a = i32x4.splat(bound)
  const b = i32x4.splat(other)
  let sumA = i32x4.splat(0)
  let sumB = i32x4.splat(0)
  for (const end = from + (<usize>count << 2); from < end; from += 16) {
    const value = v128.load(from)
    sumA = i32x4.sub(sumA, i32x4.lt_s(value, a))
    sumB = i32x4.sub(sumB, i32x4.lt_s(value, b))
  }
  below = total(sumA)
  belowToo = total(sumB)
}

function total(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
}

/** Picks out the values from `low` up to `high`, which are few; returns how many there are. Behind them it leaves greater ones. */
function pick(from: usize, count: i32, low: i32, high: i32): i32 {
  const a = i32x4.splat(low)
  const b = i32x4.splat(high)
  let to = picked
  for (const end = from + (<usize>count << 2); from < end; from += 16) {
    const value = v128.load(from)
    const mask = i32x4.bitmask(v128.andnot(i32x4.lt_s(value, b), i32x4.lt_s(value, a)))
    v128.store(to, toFront(value, mask))
    to += <usize>popcnt(mask) << 2
  }
  v128.store(to, i32x4.splat(i32.MAX_VALUE))
  return <i32>((to - picked) >> 2)
}

/** The picked value at a rank: the one that as many are below, and that is found often enough. */
function pickedAt(count: i32, rank: i32): i32 {
  const all = (count + 3) & ~3
  let at = picked
  for (const last = picked + (<usize>(count - 1) << 2); at < last; at += 4) {
    countBelow(picked, all, load<i32>(at), load<i32>(at) + 1)
    if (rank >= below && rank < belowToo) break
  }
  return load<i32>(at)
}

/** What is near a guess: from here on. Nothing is, where there is no guess. */
// @ts-ignore: decorator
@inline export function lowerBound(guess: f32): f32 {
  return guess > 0 && guess < 1e30 ? guess * <f32>0.9 : 0
}

/** What is near a guess: up to this. */
// @ts-ignore: decorator
@inline export function upperBound(guess: f32): f32 {
  return guess > 0 && guess < 1e30 ? guess * <f32>1.1 : 0
}

/** The float at a rank, counted from 0. `count` is a multiple of 4; no value is negative, or NaN. */
export function select(from: usize, count: i32, rank: i32, guess: f32): f32 {
  const least = reinterpret<i32>(lowerBound(guess))
  const most = reinterpret<i32>(upperBound(guess))
  countBelow(from, count, least, most)
  if (rank < below) return selectWithin(from, count, rank, 0, least, 0, below)
  if (rank < belowToo) return selectWithin(from, count, rank, least, most, below, belowToo)
  return selectWithin(from, count, rank, most, i32.MAX_VALUE, belowToo, count)
}

/** The float at a rank, from 0 on, among a few from one up to another. They are written to up to 16 bytes behind. */
export function selectAmong(from: usize, count: i32, rank: i32, least: f32, most: f32): f32 {
  v128.store(from + (<usize>count << 2), i32x4.splat(i32.MAX_VALUE))
  return selectWithin(from, (count + 3) & ~3, rank, reinterpret<i32>(least), reinterpret<i32>(most), 0, count)
}

/** The same among values of which some have the bits from `low` up to `high`: those at the ranks from `first` up to `end`, and this one. */
function selectWithin(from: usize, count: i32, rank: i32, low: i32, high: i32, first: i32, end: i32): f32 {
  for (let isEven = true; end - first > FEW && high - low > 1; isEven = !isEven) {
    // As if they were spread evenly, which they are as a rule; every other time in the middle, in case they are not.
    const span = <f64>(high - low)
    const apart = isEven ? span / (end - first) : 0
    const place = isEven ? apart * (rank - first) : span / 2
    const least = low + <i32>max<f64>(0, place - apart * BESIDE)
    const most = low + <i32>max<f64>(1, min<f64>(span, place + apart * BESIDE))
    countBelow(from, count, least, most)
    if (rank < below) {
      high = least
      end = below
    } else if (rank < belowToo) {
      low = least
      first = below
      high = most
      end = belowToo
    } else {
      low = most
      first = belowToo
    }
  }
  if (high - low == 1) return reinterpret<f32>(low)
  return reinterpret<f32>(pickedAt(pick(from, count, low, high), rank - first))
}
