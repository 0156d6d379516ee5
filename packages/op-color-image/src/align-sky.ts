import { type FrameSize, type Header, isFitsError, readWcs, type TangentWcs } from '@datalab/fits'
import type { Affine, Point } from './affine.js'
import { fitAffine, type Pair } from './fit-affine.js'

/** An image with world coordinates. */
export interface SkyImage extends FrameSize {
  readonly header: Header
}

/** Places along each side of the first image that are looked up in the second. */
const STEPS = 9

/**
 * Where places of a first image are in a second one, by the world coordinates (TAN, TAN-SIP) of their headers: the affine map nearest to them.
 *
 * @returns undefined when a header has none, or has those of another system; 'elsewhere' when they are in opposite halves of the sky
 */
export function alignSky(first: SkyImage, second: SkyImage): Affine | 'elsewhere' | undefined {
  const from = wcsOf(first.header)
  const to = wcsOf(second.header)
  if (from === undefined || to === undefined || from.system !== to.system) return undefined
  // Of a single row the map could not be told: it is looked up beyond it, too.
  const least = Math.max(first.width, first.height) / 50
  const area = { width: Math.max(first.width, least + 1), height: Math.max(first.height, least + 1) }
  const pairs = gridOver(area).flatMap((place): Pair[] => {
    const { lon, lat } = from.pixelToSky(place.x, place.y)
    const found = to.skyToPixel(lon, lat)
    return found === undefined ? [] : [{ from: place, to: found }]
  })
  return pairs.length < STEPS * STEPS ? 'elsewhere' : fitAffine(pairs)
}

/** The world coordinates of a header; none where they cannot be read, or say only that there are some, without reference or scale. */
function wcsOf(header: Header): TangentWcs | undefined {
  const isKnown = ['CRVAL1', 'CRVAL2', 'CRPIX1', 'CRPIX2'].every((keyword) => header.has(keyword))
  const hasScale = ['CD1_1', 'CD1_2', 'CDELT1'].some((keyword) => header.has(keyword))
  try {
    return isKnown && hasScale ? readWcs(header) : undefined
  } catch (error) {
    if (isFitsError(error)) return undefined
    throw error
  }
}

/** Places all over an image, its corners among them. */
export function gridOver({ width, height }: FrameSize): Point[] {
  const steps = Array.from({ length: STEPS }, (_, step) => step / (STEPS - 1))
  return steps.flatMap((y) => steps.map((x) => ({ x: x * (width - 1), y: y * (height - 1) })))
}
