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
 * The cheapest network found for the median of n values: Batcher's merge-exchange sort (K. E. Batcher 1968, AFIPS Proc. 32, 307; Knuth, The Art
 * of Computer Programming, volume 3, algorithm 5.2.2M) of the next power of two, of whose inputs those below and above n are taken to be
 * smaller and greater than all, without the comparisons that no middle value depends on.
 *
 * @returns {Comparison[]}
 */
export function medianNetwork(n) {
  let size = 1
  while (size < n) size *= 2
  const sort = mergeExchange(size)
  let best
  for (let first = 0; first + n <= size; first++) {
    const network = pruned(restricted(sort, n, first), n)
    if (best === undefined || cost(network) < cost(best)) best = network
  }
  return best
}

/** The minima and maxima that a network takes. */
export function cost(network) {
  return network.reduce((sum, { needsLow, needsHigh }) => sum + needsLow + needsHigh, 0)
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

/** Without what no middle value depends on, seen from the end. */
function pruned(pairs, n) {
  const needed = new Set(middleRanks(n))
  const kept = []
  for (const [low, high] of pairs.toReversed()) {
    const needsLow = needed.has(low)
    const needsHigh = needed.has(high)
    if (!needsLow && !needsHigh) continue
    kept.push({ low, high, needsLow, needsHigh })
    needed.add(low).add(high)
  }
  return kept.reverse()
}
