import type { Quad } from './star-quads.js'

/** Stars of two lists that may be the same: by their places in the first list and in the second. */
export type StarPair = readonly [first: number, second: number]

/** How far the codes of one quad may be apart in two images, in each of their four numbers. */
const TOLERANCE = 0.015

/** So many matches at most: those whose codes are nearest. */
const MAX_MATCHES = 2000

/** The pairs of stars of quads with nearly equal codes, those that are nearest first. */
export function matchQuads(first: readonly Quad[], second: readonly Quad[]): StarPair[][] {
  const sorted = [...second].sort((a, b) => a.code[0] - b.code[0])
  const matches = first.flatMap((quad) => {
    const found: { apart: number; pairs: StarPair[] }[] = []
    for (let at = firstFrom(sorted, quad.code[0] - TOLERANCE); at < sorted.length; at++) {
      const other = sorted[at] as Quad
      if (other.code[0] > quad.code[0] + TOLERANCE) break
      const apart = farthest(quad.code, other.code)
      if (apart <= TOLERANCE) found.push({ apart, pairs: pairsOf(quad, other) })
    }
    return found
  })
  return matches
    .sort((a, b) => a.apart - b.apart)
    .slice(0, MAX_MATCHES)
    .map(({ pairs }) => pairs)
}

function pairsOf(quad: Quad, other: Quad): StarPair[] {
  return quad.stars.map((star, place): StarPair => [star, other.stars[place] as number])
}

/** By how much the number of two codes that differs most does. */
function farthest(a: Quad['code'], b: Quad['code']): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]), Math.abs(a[3] - b[3]))
}

/** The place of the first quad whose code begins with this number or a higher one. */
function firstFrom(sorted: readonly Quad[], least: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as Quad).code[0] < least) low = middle + 1
    else high = middle
  }
  return low
}
