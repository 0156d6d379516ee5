// The value at a rank among many that are not negative: their bits have their order. Where a guess is near, three looks at the values do.

/** So few values are picked out and put in order. */
const FEW: i32 = 32

/** Room for them. */
const picked: usize = memory.data(4 * 36, 16)

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

/** Picks out the values from `low` up to `high`, which are few; returns how many there are. */
function pick(from: usize, count: i32, low: i32, high: i32): i32 {
  const a = i32x4.splat(low)
  const b = i32x4.splat(high)
  let found = 0
  for (const end = from + (<usize>count << 2); from < end; from += 16) {
    const value = v128.load(from)
    let mask = i32x4.bitmask(v128.and(i32x4.ge_s(value, a), i32x4.lt_s(value, b)))
    while (mask) {
      store<i32>(picked + (<usize>found << 2), load<i32>(from + (<usize>ctz(mask) << 2)))
      found++
      mask &= mask - 1
    }
  }
  return found
}

// @ts-ignore: decorator
@inline function at(i: i32): i32 {
  return load<i32>(picked + (<usize>i << 2))
}

/** The picked value at a rank (Hoare 1961, CACM 4, 321). */
function quickselect(count: i32, rank: i32): i32 {
  let low = 0
  let high = count - 1
  while (low < high) {
    const pivot = at((low + high) >> 1)
    let i = low
    let j = high
    while (i <= j) {
      while (at(i) < pivot) i++
      while (at(j) > pivot) j--
      if (i > j) break
      const value = at(i)
      store<i32>(picked + (<usize>i << 2), at(j))
      store<i32>(picked + (<usize>j << 2), value)
      i++
      j--
    }
    if (rank <= j) high = j
    else if (rank >= i) low = i
    else break
  }
  return at(rank)
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
  while (end - first > FEW && high - low > 1) {
    const middle = low + ((high - low) >> 1)
    countBelow(from, count, middle, middle)
    if (rank < below) {
      high = middle
      end = below
    } else {
      low = middle
      first = below
    }
  }
  if (high - low == 1) return reinterpret<f32>(low)
  return reinterpret<f32>(quickselect(pick(from, count, low, high), rank - first))
}
