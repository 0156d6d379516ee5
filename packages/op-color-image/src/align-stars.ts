import { type Affine, distance, mapped, type Point, scaleOf } from './affine.js'
import { breathe } from './breathe.js'
import { fitAffine, fitSimilarity, type Pair } from './fit-affine.js'
import { matchQuads } from './match-quads.js'
import { StarIndex } from './star-index.js'
import { mirroredQuads, starQuads } from './star-quads.js'

/** A star to align images by. */
export interface PlacedStar extends Point {
  /** How far it may be off, in pixels; 0 by default. */
  readonly error?: number
}

/** The stars of an image. */
export interface StarList {
  /** Those that tell most first. */
  readonly stars: readonly PlacedStar[]
  readonly width: number
  readonly height: number
}

/** What {@link alignStars} may be told. */
export interface AlignOptions {
  /** A map that is worth a try, such as that of the headers. */
  readonly guess?: Affine | undefined
  /** Aborted: the search ends. */
  readonly signal?: AbortSignal
}

/** How one image lies on another. */
export interface StarAlignment {
  /** Where a place of the first image is in the second. */
  readonly map: Affine
  /** How many stars are in both images, and where the map says. */
  readonly matched: number
  /** How far they are from there, in pixels of the second image: the root of the mean square. */
  readonly residual: number
}

/** Fewer stars prove nothing. */
export const FEWEST_STARS = 4

/**
 * Quads are made of so many stars of each image; of more where that leads nowhere, since in two colors other stars may be bright.
 */
const DEPTHS = [100, 400, 1000]

/** Stars that a map is judged by, and how near they must be to where they are looked for, in pixels of the coarser image. */
const JUDGES = 200
const FIRST_RADIUS = 3

/** Maps that are judged before the process may do something else. */
const MAPS_AT_ONCE = 200

/** So many maps are refined: those by which most stars match. */
const FINALISTS = 5

/**
 * How often a map is fitted: first as a similarity to all stars within the first radius, since one from a small quad is right only near it and
 * has to grow from there; then to those within the last one, as an affine map and without outliers.
 */
const FIRST_ROUNDS = 8
const LAST_ROUNDS = 8
const LAST_RADIUS = 1.5
const LEAST_RADIUS = 0.25

/** An affine map is fitted to so many stars or more. */
const ENOUGH_FOR_AFFINE = 10

/** How far stars may be off, in pixels, beside what noise does to them. */
const LEAST_ERROR = 0.03

/** How likely it may be that a match is an accident. */
const MAX_CHANCE = 1e-3

/** Of how many pairs of quads of random stars one has equal codes, as `matchQuads` takes them: counted. */
const CHANCE_OF_QUADS = 1.5e-6

/** Stars that say nothing of a map: those of the quad that it is from, and those that fitting it can take where they are. */
const FREE_OF_QUAD = 4
const FREE_OF_GUESS = 2
const FREE_OF_AFFINE = 3

/**
 * How the stars of a second image lie on those of a first one: shifted, turned by any angle, scaled, mirrored.
 *
 * Quads of stars with equal shapes suggest maps (see `starQuads`); each is judged by how many other stars are where it says, and the best one
 * is refined by least squares, without outliers. A match that chance could explain is none.
 *
 * Source: Lang et al. 2010, AJ 139, 1782, for the quads and their verification; M. A. Fischler, R. C. Bolles 1981, CACM 24, 381 (RANSAC)
 * for the consensus.
 *
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function alignStars(
  first: StarList,
  second: StarList,
  options: AlignOptions = {},
): Promise<StarAlignment | undefined> {
  const { guess, signal } = options
  await breathe(signal)
  if (Math.min(first.stars.length, second.stars.length) < FEWEST_STARS) return undefined
  const guessed = guess && refine(guess, first, second)
  if (guessed !== undefined && chanceOf(guessed, FREE_OF_GUESS, first, second) < MAX_CHANCE) return guessed
  for (const depth of DEPTHS) {
    const found = await alignQuads(first, second, depth, signal)
    if (found !== undefined || depth >= Math.max(first.stars.length, second.stars.length)) return found
  }
  return undefined
}

/** The alignment that quads of the first so many stars of each image suggest. */
async function alignQuads(
  first: StarList,
  second: StarList,
  depth: number,
  signal: AbortSignal | undefined,
): Promise<StarAlignment | undefined> {
  const { maps, accidents } = await suggestions(first.stars.slice(0, depth), second.stars.slice(0, depth), signal)
  const refined = (await finalists(maps, first, second, signal)).flatMap((map) => refine(map, first, second) ?? [])
  const [best] = refined
    .map((found) => ({ found, chance: accidents * chanceOf(found, FREE_OF_QUAD, first, second) }))
    .sort((a, b) => a.chance - b.chance || b.found.matched - a.found.matched)
  return best !== undefined && best.chance < MAX_CHANCE ? best.found : undefined
}

/** Maps that take some quad of the first list to one of the second, and how many of them are to be expected by chance. */
async function suggestions(
  first: readonly Point[],
  second: readonly Point[],
  signal: AbortSignal | undefined,
): Promise<{ maps: readonly Affine[]; accidents: number }> {
  const quads = starQuads(first)
  await breathe(signal)
  const others = starQuads(second)
  const maps: Affine[] = []
  for (const list of [others, mirroredQuads(others)]) {
    await breathe(signal)
    for (const match of matchQuads(quads, list)) {
      const pairs = match.map(([from, to]) => ({ from: first[from] as Point, to: second[to] as Point }))
      const map = fitSimilarity(pairs)
      if (map !== undefined) maps.push(map)
    }
  }
  return { maps, accidents: 2 * quads.length * others.length * CHANCE_OF_QUADS }
}

/** The maps by which most stars match. */
async function finalists(
  maps: readonly Affine[],
  first: StarList,
  second: StarList,
  signal: AbortSignal | undefined,
): Promise<Affine[]> {
  const judges = first.stars.slice(0, JUDGES)
  const index = new StarIndex(second.stars)
  const judged: { map: Affine; matched: number }[] = []
  for (const [tried, map] of maps.entries()) {
    if (tried % MAPS_AT_ONCE === 0) await breathe(signal)
    judged.push({ map, matched: matchedPairs(map, judges, second.stars, index, FIRST_RADIUS).length })
  }
  const best = judged.sort((a, b) => b.matched - a.matched).slice(0, FINALISTS)
  return best.map(({ map }) => map)
}

/** Two stars that may be one. */
interface StarPair extends Pair {
  readonly weight: number
  /** How far they are from each other under a map, in terms of how far they may be off. */
  readonly apart: number
}

/** The pairs of stars that are within a radius of each other under a map; each star is in one of them at most. */
function matchedPairs(
  map: Affine,
  first: readonly PlacedStar[],
  second: readonly PlacedStar[],
  index: StarIndex,
  radius: number,
): StarPair[] {
  const scale = scaleOf(map)
  const pairs = new Map<number, StarPair>()
  for (const from of first) {
    const place = mapped(map, from)
    const found = index.nearest(place, radius * Math.max(1, scale))
    if (found === undefined) continue
    const to = second[found] as PlacedStar
    const error = Math.hypot(LEAST_ERROR, scale * (from.error ?? 0), to.error ?? 0)
    const apart = distance(place, to) / error
    if (apart < (pairs.get(found)?.apart ?? Number.POSITIVE_INFINITY))
      pairs.set(found, { from, to, weight: 1 / error ** 2, apart })
  }
  return [...pairs.values()]
}

/** The map fitted to all stars that it matches, again and again. */
function refine(start: Affine, first: StarList, second: StarList): StarAlignment | undefined {
  const index = new StarIndex(second.stars)
  const near = (map: Affine, radius: number) => matchedPairs(map, first.stars, second.stars, index, radius)
  let map: Affine | undefined = start
  for (let round = 0; round < FIRST_ROUNDS; round++) map &&= fitEnough(fitSimilarity, near(map, FIRST_RADIUS))
  for (let round = 0; round < LAST_ROUNDS; round++)
    map &&= fitEnough(fitEither, withoutOutliers(near(map, LAST_RADIUS)))
  if (map === undefined) return undefined
  const last = map
  const pairs = withoutOutliers(near(last, LAST_RADIUS))
  const squares = pairs.map(({ from, to }) => distance(mapped(last, from), to) ** 2)
  return { map: last, matched: pairs.length, residual: Math.sqrt(meanOf(squares)) }
}

function fitEnough(fit: typeof fitAffine, pairs: readonly Pair[]): Affine | undefined {
  return pairs.length < FEWEST_STARS ? undefined : fit(pairs)
}

function fitEither(pairs: readonly Pair[]): Affine | undefined {
  return (pairs.length < ENOUGH_FOR_AFFINE ? undefined : fitAffine(pairs)) ?? fitSimilarity(pairs)
}

/**
 * The pairs without those much farther apart than most of them, in terms of how far they may be off; of the others the nearer count more, since
 * neighbours that are not resolved pull stars aside by more than noise does.
 *
 * Source: S. Geman, D. E. McClure 1987, Bull. Int. Stat. Inst. 52, 5, for the weights.
 */
function withoutOutliers(pairs: readonly StarPair[]): readonly StarPair[] {
  const sorted = pairs.map(({ apart }) => apart).sort((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? 0
  const near = pairs.filter(({ apart }) => apart <= 3 * median + 1)
  return near.map((pair) => ({ ...pair, weight: pair.weight / (1 + (pair.apart / (median + 0.3)) ** 2) ** 2 }))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * How likely it is that so many stars are as near to where the map says, if they were strewn at random: a number that follows Poisson's law.
 *
 * @param free stars that any map of its kind takes where they are
 */
function chanceOf({ map, matched, residual }: StarAlignment, free: number, first: StarList, second: StarList): number {
  if (matched < FEWEST_STARS) return 1
  // Random stars fill the circle in which they are looked for; those that belong together do not.
  const radius = Math.min(LAST_RADIUS, Math.max(LEAST_RADIUS, 2.5 * residual)) * Math.max(1, scaleOf(map))
  const isInside = ({ x, y }: Point) => x >= 0 && y >= 0 && x < second.width && y < second.height
  const looked = first.stars.filter((star) => isInside(mapped(map, star))).length
  const expected = (looked * second.stars.length * Math.PI * radius ** 2) / (second.width * second.height)
  const fitted = matched < ENOUGH_FOR_AFFINE ? 0 : FREE_OF_AFFINE
  return poissonTail(matched - free - fitted, expected)
}

/** The probability of `least` or more, where `expected` are expected. */
function poissonTail(least: number, expected: number): number {
  let term = Math.exp(-expected)
  for (let count = 1; count <= least; count++) term *= expected / count
  let sum = 0
  for (let count = least; term > sum * 1e-12 && count < least + 1000; count++) {
    sum += term
    term *= expected / (count + 1)
  }
  return Math.min(1, sum)
}
