import type { FrameSize, Header } from '@datalab/fits'
import { type Affine, mapped, snapped } from './affine.js'
import { alignSky, gridOver } from './align-sky.js'
import { alignStars, FEWEST_STARS } from './align-stars.js'
import type { Star } from './detect-stars.js'

/** What an image is laid on another by. */
export interface Sighting extends FrameSize {
  readonly stars: readonly Star[]
  readonly header: Header
}

/** Where places of the first image are in another one, and how that is known; or why it is not. */
export type Registration =
  | { readonly map: Affine; readonly by: 'header' }
  | { readonly map: Affine; readonly by: 'stars'; readonly matched: number; readonly residual: number }
  | { readonly problem: string }

/**
 * Lays an image on the first one: by their stars, else by the world coordinates of their headers.
 *
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function registerChannel(first: Sighting, other: Sighting, signal?: AbortSignal): Promise<Registration> {
  const sky = alignSky(first, other)
  const aligned = await alignStars(first, other, { guess: sky, ...(signal && { signal }) })
  if (aligned !== undefined) return { ...aligned, map: snapped(aligned.map, first), by: 'stars' }
  if (sky === undefined) return { problem: `${starProblem(first, other)}, and the headers do not say how they lie` }
  if (!isSeenIn(sky, first, other)) return { problem: 'by its header it shows another part of the sky' }
  return { map: snapped(sky, first), by: 'header' }
}

function starProblem(first: Sighting, other: Sighting): string {
  const stars = (count: number) => `${count} ${count === 1 ? 'star' : 'stars'}`
  const { length: own } = other.stars
  const { length: others } = first.stars
  if (own < FEWEST_STARS) return `${stars(own)} can be told in it, and ${FEWEST_STARS} are needed`
  if (others < FEWEST_STARS) return `${stars(others)} can be told in the first, and ${FEWEST_STARS} are needed`
  return `its ${stars(own)} do not match the ${stars(others)} of the first`
}

/** Whether any part of the first image is in the other one. */
function isSeenIn(map: Affine, first: FrameSize, other: FrameSize): boolean {
  return gridOver(first).some((place) => {
    const { x, y } = mapped(map, place)
    return x >= 0 && y >= 0 && x < other.width && y < other.height
  })
}
