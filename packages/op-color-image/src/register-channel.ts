import type { FrameSize, Header } from '@datalab/fits'
import { type Affine, mapped, snapped } from './affine.js'
import { alignSky, gridOver } from './align-sky.js'
import { alignStars, FEWEST_STARS, type PlacedStar, type StarAlignment } from './align-stars.js'

/** What an image is laid on another by. */
export interface Sighting extends FrameSize {
  /** The stars of its catalogue; none without one. */
  readonly catalogue: readonly PlacedStar[]
  /** The stars that are detected in it; asked for where catalogues do not do. */
  readonly detect: () => Promise<readonly PlacedStar[]>
  readonly header: Header
}

/** Where places of the first image are in another one, and how that is known; or why it is not. */
export type Registration =
  | { readonly map: Affine; readonly by: 'header' }
  | { readonly map: Affine; readonly by: 'catalogue' | 'stars'; readonly matched: number; readonly residual: number }
  | { readonly problem: string }

/**
 * Lays an image on the first one: by the catalogues of their sources, else by the stars detected in them, else by the world coordinates of
 * their headers.
 *
 * @throws DATALAB_ABORTED once the signal is aborted.
 */
export async function registerChannel(first: Sighting, other: Sighting, signal?: AbortSignal): Promise<Registration> {
  const sky = alignSky(first, other)
  const guess = sky === 'elsewhere' ? undefined : sky
  const align = (stars: readonly PlacedStar[], others: readonly PlacedStar[]) =>
    alignStars({ ...first, stars }, { ...other, stars: others }, { guess, ...(signal && { signal }) })
  const listed = await align(first.catalogue, other.catalogue)
  if (listed !== undefined) return registration(listed, 'catalogue', first)
  const [stars, others] = [await first.detect(), await other.detect()]
  const detected = await align(stars, others)
  if (detected !== undefined) return registration(detected, 'stars', first)
  if (sky === undefined)
    return { problem: `${starProblem(stars, others)}, and the headers have no TAN coordinates to place it by` }
  if (sky === 'elsewhere' || !isSeenIn(sky, first, other))
    return { problem: 'by its header it shows another part of the sky' }
  return { map: snapped(sky, first), by: 'header' }
}

function registration(found: StarAlignment, by: 'catalogue' | 'stars', first: FrameSize): Registration {
  return { ...found, map: snapped(found.map, first), by }
}

function starProblem(first: readonly PlacedStar[], other: readonly PlacedStar[]): string {
  const stars = (count: number) => `${count} ${count === 1 ? 'star' : 'stars'}`
  const { length: own } = other
  const { length: others } = first
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
