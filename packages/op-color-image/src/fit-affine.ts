import type { Affine, Point } from './affine.js'

/** A place, and where a map is to take it. */
export interface Pair {
  readonly from: Point
  readonly to: Point
  /** How much it counts; 1 by default. */
  readonly weight?: number
}

/** The least that the spread across a line of points may be, against that along it, for them not to be taken for a line. */
const THINNEST = 1e-3

/**
 * The affine map (shift, turn, scales, shear, mirror) nearest to the pairs: the weighed sum of the squared distances is the least.
 *
 * @returns undefined for fewer than three pairs, and for points on one line
 */
export function fitAffine(pairs: readonly Pair[]): Affine | undefined {
  const { from, to, centred } = centre(pairs)
  let [sxx, sxy, syy] = [0, 0, 0]
  let [sux, suy, svx, svy] = [0, 0, 0, 0]
  for (const { x, y, u, v, weight } of centred) {
    sxx += weight * x * x
    sxy += weight * x * y
    syy += weight * y * y
    sux += weight * u * x
    suy += weight * u * y
    svx += weight * v * x
    svy += weight * v * y
  }
  const determinant = sxx * syy - sxy * sxy
  if (pairs.length < 3 || !(determinant > (THINNEST * (sxx + syy)) ** 2)) return undefined
  const xx = (sux * syy - suy * sxy) / determinant
  const xy = (suy * sxx - sux * sxy) / determinant
  const yx = (svx * syy - svy * sxy) / determinant
  const yy = (svy * sxx - svx * sxy) / determinant
  return { xx, xy, yx, yy, dx: to.x - xx * from.x - xy * from.y, dy: to.y - yx * from.x - yy * from.y }
}

/**
 * The similarity (shift, turn, one scale, perhaps mirrored) nearest to the pairs: the weighed sum of the squared distances is the least.
 *
 * With points as complex numbers p and q it is q = a p + b, or q = a p* + b for a mirrored one; the better of the two.
 *
 * @returns undefined for fewer than two pairs, and for points in one place
 */
export function fitSimilarity(pairs: readonly Pair[]): Affine | undefined {
  const { from, to, centred } = centre(pairs)
  let size = 0
  const turned = { re: 0, im: 0 }
  const mirrored = { re: 0, im: 0 }
  for (const { x, y, u, v, weight } of centred) {
    size += weight * (x * x + y * y)
    turned.re += weight * (x * u + y * v)
    turned.im += weight * (x * v - y * u)
    mirrored.re += weight * (x * u - y * v)
    mirrored.im += weight * (x * v + y * u)
  }
  if (pairs.length < 2 || !(size > 0)) return undefined
  const isMirrored = Math.hypot(mirrored.re, mirrored.im) > Math.hypot(turned.re, turned.im)
  const { re, im } = isMirrored ? mirrored : turned
  const [xx, yx] = [re / size, im / size]
  if (xx === 0 && yx === 0) return undefined
  const [xy, yy] = isMirrored ? [yx, -xx] : [-yx, xx]
  return { xx, xy, yx, yy, dx: to.x - xx * from.x - xy * from.y, dy: to.y - yx * from.x - yy * from.y }
}

/** A pair as seen from the means: from (x, y) to (u, v). */
interface CentredPair {
  readonly x: number
  readonly y: number
  readonly u: number
  readonly v: number
  readonly weight: number
}

interface Centred {
  readonly from: Point
  readonly to: Point
  readonly centred: readonly CentredPair[]
}

/** The pairs seen from their means, so that large coordinates cost no digits. */
function centre(pairs: readonly Pair[]): Centred {
  const weights = pairs.map(({ weight = 1 }) => weight)
  const from = mean(
    pairs.map((pair) => pair.from),
    weights,
  )
  const to = mean(
    pairs.map((pair) => pair.to),
    weights,
  )
  const centred = pairs.map((pair, index) => ({
    x: pair.from.x - from.x,
    y: pair.from.y - from.y,
    u: pair.to.x - to.x,
    v: pair.to.y - to.y,
    weight: weights[index] as number,
  }))
  return { from, to, centred }
}

function mean(points: readonly Point[], weights: readonly number[]): Point {
  let [x, y, total] = [0, 0, 0]
  for (const [index, point] of points.entries()) {
    const weight = weights[index] as number
    x += weight * point.x
    y += weight * point.y
    total += weight
  }
  return { x: x / total, y: y / total }
}
