// Selection networks: comparisons that bring the middle one or two of n values to known places, whatever the values are.

/**
 * One comparison: afterwards place `low` holds the smaller of two values and place `high` the greater, where they are needed.
 *
 * @typedef {{ low: number, high: number, needsLow: boolean, needsHigh: boolean }} Comparison
 */

/** The places of the middle values of n in order: two where n is even. */
export function middleRanks(n) {
  return n % 2 === 1 ? [(n - 1) / 2] : [n / 2 - 1, n / 2]
}

/**
 * Comparisons, and the places at which the middle values are then: the lower one first.
 *
 * @typedef {{ comparisons: Comparison[], places: number[] }} Network
 */

/**
 * The cheapest network found for the median of n values.
 *
 * @returns {Network}
 */
export function medianNetwork(n) {
  return [...sortingNetworks(n), forgetfulNetwork(n)].reduce((best, one) => (cost(one) < cost(best) ? one : best))
}

/**
 * Networks by Batcher's merge-exchange sort (K. E. Batcher 1968, AFIPS Proc. 32, 307; Knuth, The Art of Computer Programming, volume 3,
 * algorithm 5.2.2M) of the next power of two, of whose inputs those below and above n are taken to be smaller and greater than all: one for each
 * way of placing the n among them.
 */
function sortingNetworks(n) {
  let size = 1
  while (size < n) size *= 2
  const sort = mergeExchange(size)
  return Array.from({ length: size - n + 1 }, (_, first) => network(restricted(sort, n, first), middleRanks(n)))
}

/**
 * The network that looks at just over half of the values, forgets the least and the greatest of them, which cannot be in the middle, and takes up
 * another value instead (A. W. Paeth 1990, Graphics Gems, 171). The cheaper one for few values.
 */
function forgetfulNetwork(n) {
  const pairs = []
  const middle = middleRanks(n)
  const window = Array.from({ length: Math.min(n, Math.ceil(n / 2) + (n % 2 === 1 ? 1 : 2)) }, (_, place) => place)
  for (let next = window.length; window.length > middle.length; next++) {
    pairs.push(...extremesToEnds(window))
    window.shift()
    window.pop()
    if (next < n) window.push(next)
  }
  if (window.length === 2) pairs.push([window[0], window[1]])
  return network(pairs, window)
}

/** Comparisons that bring the least value to the first place of a window, and the greatest to the last. */
function extremesToEnds(window) {
  const half = Math.ceil(window.length / 2)
  const lows = window.slice(0, half)
  const highs = window.slice(-half)
  return [
    ...window.slice(0, window.length >> 1).map((place, i) => [place, window.at(-1 - i)]),
    ...lows.slice(1).map((place) => [lows[0], place]),
    ...highs.slice(0, -1).map((place) => [place, highs.at(-1)]),
  ]
}

/** The minima and maxima that a network takes. */
export function cost({ comparisons }) {
  return comparisons.reduce((sum, { needsLow, needsHigh }) => sum + needsLow + needsHigh, 0)
}

/** The comparisons of Batcher's sort of `size` values, a power of two: pairs of places. */
function mergeExchange(size) {
  const pairs = []
  for (let p = 1; p < size; p *= 2)
    for (let k = p; k >= 1; k /= 2)
      for (let j = k % p; j <= size - 1 - k; j += 2 * k)
        for (let i = 0; i <= Math.min(k - 1, size - j - k - 1); i++)
          if (Math.floor((i + j) / (2 * p)) === Math.floor((i + j + k) / (2 * p))) pairs.push([i + j, i + j + k])
  return pairs
}

/** What is left of a sort when only n places from `first` on hold values. */
function restricted(pairs, n, first) {
  return pairs
    .filter(([low, high]) => low >= first && high < first + n)
    .map(([low, high]) => [low - first, high - first])
}

/** Of pairs of places to compare, those that what is wanted depends on, seen from the end. */
function network(pairs, places) {
  const needed = new Set(places)
  const comparisons = []
  for (const [low, high] of pairs.toReversed()) {
    const needsLow = needed.has(low)
    const needsHigh = needed.has(high)
    if (!needsLow && !needsHigh) continue
    comparisons.push({ low, high, needsLow, needsHigh })
    needed.add(low).add(high)
  }
  return { comparisons: comparisons.reverse(), places }
}
