import { distance, type Point } from './affine.js'

/** Four stars, and a code of their shape that is the same wherever they are, however turned and however large. */
export interface Quad {
  /** By their places in the list: the two that are farthest apart, then the two between them, each pair in the order of the code. */
  readonly stars: readonly [number, number, number, number]
  /** Where the third and fourth star are, seen from the first at (0, 0) to the second at (1, 1): x, y, x, y. */
  readonly code: readonly [number, number, number, number]
}

/** Each star makes quads with so many of its neighbours; so few stars make all there are. */
const NEIGHBOURS = 6
const FEW = 12

/** Quads are made of the first so many stars, so that two images share some, though one may show fainter stars. */
const DEPTHS = [12, 25, 50, 100, 200, 400, 1000]

/** The least that the first two stars must be apart, in pixels: below, the code says little. */
const MIN_LENGTH = 12

/**
 * Quads of neighbouring stars, each set of four once.
 *
 * Source: D. Lang, D. W. Hogg, K. Mierle, M. Blanton, S. Roweis 2010, AJ 139, 1782, section 2.2: the two stars farthest apart frame the
 * others, which must lie in the circle about them (unless there are few stars); of the ways to number the stars, the one with xC <= xD and xC + xD <= 1.
 *
 * @param stars the brightest, or those seen best, first
 */
export function starQuads(stars: readonly Point[]): Quad[] {
  const quads = new Map<string, Quad>()
  for (const depth of DEPTHS) {
    const some = stars.slice(0, depth)
    const isFew = some.length <= FEW
    for (const four of isFew ? allFours(some.length) : neighbouringFours(some)) addQuad(quads, stars, four, isFew)
    if (depth >= stars.length) break
  }
  return [...quads.values()]
}

type Four = readonly [number, number, number, number]

function addQuad(quads: Map<string, Quad>, stars: readonly Point[], four: Four, isFew: boolean): void {
  const name = [...four].sort((a, b) => a - b).join()
  if (quads.has(name)) return
  const quad = quadOf(stars, four, isFew)
  if (quad !== undefined) quads.set(name, quad)
}

function allFours(count: number): Four[] {
  return triples(Array.from({ length: count }, (_, star) => star)).flatMap(([a, b, c]) =>
    Array.from({ length: count - 1 - c }, (_, more): Four => [a, b, c, c + 1 + more]),
  )
}

/** Each star with every three of its nearest neighbours. */
function neighbouringFours(stars: readonly Point[]): Four[] {
  return stars.flatMap((_, star) => triples(nearestTo(star, stars)).map(([a, b, c]): Four => [star, a, b, c]))
}

/** The stars nearest to one of them, by their places in the list. */
function nearestTo(star: number, stars: readonly Point[]): number[] {
  const { x, y } = stars[star] as Point
  const nearest: number[] = []
  const apart: number[] = []
  for (const [other, place] of stars.entries()) {
    const squared = (place.x - x) ** 2 + (place.y - y) ** 2
    if (other === star || squared >= (apart[NEIGHBOURS - 1] ?? Number.POSITIVE_INFINITY)) continue
    const rank = apart.findIndex((least) => squared < least)
    const at = rank === -1 ? apart.length : rank
    nearest.splice(at, 0, other)
    apart.splice(at, 0, squared)
    if (nearest.length > NEIGHBOURS) {
      nearest.pop()
      apart.pop()
    }
  }
  return nearest
}

function triples(places: readonly number[]): [number, number, number][] {
  return places.flatMap((a, i) =>
    places.slice(i + 1).flatMap((b, j) => places.slice(i + j + 2).map((c): [number, number, number] => [a, b, c])),
  )
}

function quadOf(stars: readonly Point[], four: Four, isFew: boolean): Quad | undefined {
  const order = farthestFirst(stars, four)
  const [start, end, ...inner] = order.map((place) => stars[place] as Point) as [Point, Point, Point, Point]
  if (distance(start, end) < MIN_LENGTH) return undefined
  const [third, fourth] = inner.map((place) => seenFrom(start, end, place)) as [Point, Point]
  return isFew || [third, fourth].every(isInCircle) ? written(order, third, fourth) : undefined
}

/** The quads as they are where left and right are changed. */
export function mirroredQuads(quads: readonly Quad[]): Quad[] {
  return quads.map(({ stars, code: [xc, yc, xd, yd] }) => written(stars, { x: yc, y: xc }, { x: yd, y: xd }))
}

/** The quad of four stars, of which the inner two are seen from the outer two, in the one order of them that counts. */
function written([a, b, c, d]: Four, third: Point, fourth: Point): Quad {
  const isTurned = third.x + fourth.x > 1
  const [p, q] = isTurned ? [turned(third), turned(fourth)] : [third, fourth]
  const ends: [number, number] = isTurned ? [b, a] : [a, b]
  return p.x <= q.x
    ? { stars: [...ends, c, d], code: [p.x, p.y, q.x, q.y] }
    : { stars: [...ends, d, c], code: [q.x, q.y, p.x, p.y] }
}

/** The four, the two that are farthest apart first. */
function farthestFirst(stars: readonly Point[], four: Four): Four {
  const [a, b, c, d] = four
  const orders: Four[] = [
    [a, b, c, d],
    [a, c, b, d],
    [a, d, b, c],
    [b, c, a, d],
    [b, d, a, c],
    [c, d, a, b],
  ]
  const length = ([first, second]: Four) => distance(stars[first] as Point, stars[second] as Point)
  return orders.reduce((longest, order) => (length(order) > length(longest) ? order : longest))
}

/** A place in the coordinates in which `start` is (0, 0) and `end` is (1, 1). */
function seenFrom(start: Point, end: Point, place: Point): Point {
  const [ux, uy] = [end.x - start.x, end.y - start.y]
  const [px, py] = [place.x - start.x, place.y - start.y]
  const squared = ux * ux + uy * uy
  const [along, across] = [(px * ux + py * uy) / squared, (py * ux - px * uy) / squared]
  return { x: along - across, y: along + across }
}

/** Whether a place lies in the circle through (0, 0) and (1, 1) about the middle between them. */
function isInCircle({ x, y }: Point): boolean {
  return (x - 0.5) ** 2 + (y - 0.5) ** 2 <= 0.5
}

/** The same place when `start` and `end` change their parts. */
function turned({ x, y }: Point): Point {
  return { x: 1 - x, y: 1 - y }
}
