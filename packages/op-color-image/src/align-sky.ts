import type { FrameSize, Header } from '@datalab/fits'
import type { Affine, Point } from './affine.js'
import { fitAffine, type Pair } from './fit-affine.js'
import { tangentPlaneOf } from './tangent-plane.js'

/** An image with world coordinates. */
export interface SkyImage extends FrameSize {
  readonly header: Header
}

/** Places along each side of the first image that are looked up in the second. */
const STEPS = 9

/**
 * Where places of a first image are in a second one, by the world coordinates (TAN) of their headers: the affine map nearest to them.
 *
 * @returns undefined when a header has none, or has those of another sky
 */
export function alignSky(first: SkyImage, second: SkyImage): Affine | undefined {
  const from = tangentPlaneOf(first.header)
  const to = tangentPlaneOf(second.header)
  if (from === undefined || to === undefined || from.system !== to.system) return undefined
  // Of a single row the map could not be told: it is looked up beyond it, too.
  const least = Math.max(first.width, first.height) / 50
  const area = { width: Math.max(first.width, least + 1), height: Math.max(first.height, least + 1) }
  const pairs = gridOver(area).flatMap((place): Pair[] => {
    const found = to.toPixel(from.toSky(place))
    return found === undefined ? [] : [{ from: place, to: found }]
  })
  return pairs.length < STEPS * STEPS ? undefined : fitAffine(pairs)
}

/** Places all over an image, its corners among them. */
export function gridOver({ width, height }: FrameSize): Point[] {
  const steps = Array.from({ length: STEPS }, (_, step) => step / (STEPS - 1))
  return steps.flatMap((y) => steps.map((x) => ({ x: x * (width - 1), y: y * (height - 1) })))
}
