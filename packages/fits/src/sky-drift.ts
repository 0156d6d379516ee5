import { isFitsError } from './errors.js'
import type { FrameSize } from './frame.js'
import type { Header } from './header.js'
import { skyCards } from './sky-keywords.js'
import { readWcs, type TangentWcs } from './wcs.js'

/** An image with what its header says of the sky. */
export interface SkyGrid {
  readonly size: FrameSize
  /** The cards as they are: where these are equal, the grids are. */
  readonly cards: string
  /** Undefined without world coordinates, and with those that are not understood. */
  readonly wcs: TangentWcs | undefined
}

export function skyGridOf({ header, width, height }: FrameSize & { readonly header: Header }): SkyGrid {
  const cards = skyCards(header).map(({ keyword, value }) => `${keyword}=${value}`)
  return { size: { width, height }, cards: cards.sort().join(), wcs: understood(header) }
}

function understood(header: Header): TangentWcs | undefined {
  try {
    return readWcs(header)
  } catch (error) {
    if (isFitsError(error)) return undefined
    throw error
  }
}

/**
 * How far, in pixels of the second, the same pixel of two images shows different places of the sky: the most of their common corners and middle.
 *
 * 0 where both headers say the same of it, or nothing; Infinity where only one says something, or it cannot be told.
 */
export function skyDrift(first: SkyGrid, second: SkyGrid): number {
  if (first.cards === second.cards) return 0
  const [from, to] = [first.wcs, second.wcs]
  if (from === undefined || to === undefined || from.system !== to.system) return Number.POSITIVE_INFINITY
  const width = Math.min(first.size.width, second.size.width) - 1
  const height = Math.min(first.size.height, second.size.height) - 1
  const places = [0, 0.5, 1].flatMap((x) => [0, 0.5, 1].map((y) => ({ x: x * width, y: y * height })))
  const distances = places.map(({ x, y }) => {
    const { lon, lat } = from.pixelToSky(x, y)
    const there = to.skyToPixel(lon, lat)
    return there === undefined ? Number.POSITIVE_INFINITY : Math.hypot(there.x - x, there.y - y)
  })
  return Math.max(...distances)
}
