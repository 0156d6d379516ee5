import type { FrameSize, PixelPlace, TangentWcs } from '@datalab/fits'
import { skyMap } from './pixel-lattice.js'

/** An image with world coordinates. */
export interface SkyFrame extends FrameSize {
  /** How a user would name it. */
  readonly label: string
  readonly wcs: TangentWcs
}

/** The pixels of the result: those of the first image, and as many more on each side as the others reach beyond it. */
export interface ResultGrid extends FrameSize {
  /** Columns at the left of the first image's, and rows below them. */
  readonly left: number
  readonly bottom: number
}

/** Places along each side of an image that are looked up. */
const STEPS = 32

/** An image may reach so much beyond a pixel, in pixels, before there is another one. */
const TOLERANCE = 1e-3

/**
 * The result may be so many times as large as all images together on its grid, where each counts for at most so many times its own pixels; and
 * hold so many pixels, or so many times those of the first.
 */
const LARGEST = 4
const FINEST = 64
const MOST_PIXELS = 2 ** 28
const MOST_TIMES = 2

/** Why images cannot be laid on one grid, in a sentence for users. */
export class GridProblem extends Error {}

/**
 * The smallest grid of the first image's pixels that holds all images: their union.
 *
 * @throws GridProblem when one of them is elsewhere in the sky, or so far off that the result would be mostly empty.
 */
export function resultGrid(frames: readonly SkyFrame[]): ResultGrid {
  const [first] = frames
  if (first === undefined) throw new TypeError('There are no images to lay on a grid.')
  const boxes = frames.map((frame) => boxOf(frame, first))
  const left = Math.max(0, ...boxes.map((box) => -box.left))
  const bottom = Math.max(0, ...boxes.map((box) => -box.bottom))
  const width = left + Math.max(...boxes.map((box) => box.right))
  const height = bottom + Math.max(...boxes.map((box) => box.top))
  const pixels = boxes.reduce((sum, box, index) => sum + pixelsIn(box, frames[index] as SkyFrame), 0)
  const most = Math.max(MOST_PIXELS, MOST_TIMES * first.width * first.height)
  if (width * height > Math.min(LARGEST * pixels, most)) throw tooFar(frames, boxes)
  return { width, height, left, bottom }
}

/** Whole pixels of the first image, from `left` and `bottom` up to, not including, `right` and `top`. */
interface Box {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

/** The pixels of the first image that a frame covers, from its edges. */
function boxOf(frame: SkyFrame, first: SkyFrame): Box {
  const { label, wcs, width, height } = frame
  if (wcs.system !== first.wcs.system)
    throw new GridProblem(
      `${label} has world coordinates of another system (${wcs.system}) than ${first.label} (${first.wcs.system}). Leave it out.`,
    )
  if (frame === first) return { left: 0, right: width, bottom: 0, top: height }
  const places = edgePlaces({ width, height }).map(skyMap(wcs, first.wcs))
  if (!places.every((place) => place !== undefined))
    throw new GridProblem(`${label} shows another part of the sky than ${first.label}. Leave it out.`)
  const [x, y] = [places.map((place) => place.x + 0.5), places.map((place) => place.y + 0.5)]
  return {
    left: Math.floor(Math.min(...x) + TOLERANCE),
    right: Math.ceil(Math.max(...x) - TOLERANCE),
    bottom: Math.floor(Math.min(...y) + TOLERANCE),
    top: Math.ceil(Math.max(...y) - TOLERANCE),
  }
}

/** The pixels of the first image that a frame accounts for: coarse images cover more than they have. */
function pixelsIn({ left, right, bottom, top }: Box, { width, height }: SkyFrame): number {
  const own = width * height
  return Math.max(own, Math.min((right - left) * (top - bottom), FINEST * own))
}

/** Places all along the outer edges of an image. */
function edgePlaces({ width, height }: FrameSize): PixelPlace[] {
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS)
  return steps.flatMap((part) => {
    const [x, y] = [part * width - 0.5, part * height - 0.5]
    return [
      { x, y: -0.5 },
      { x, y: height - 0.5 },
      { x: -0.5, y },
      { x: width - 0.5, y },
    ]
  })
}

function tooFar(frames: readonly SkyFrame[], boxes: readonly Box[]): GridProblem {
  const [first] = frames as readonly [SkyFrame]
  const reaches = boxes.map(({ left, right, bottom, top }) =>
    Math.max(-left, right - first.width, -bottom, top - first.height),
  )
  const farthest = reaches.indexOf(Math.max(...reaches))
  const { label } = frames[farthest] as SkyFrame
  return new GridProblem(
    `${label} reaches ${reaches[farthest]} pixels beyond ${first.label}, and an image of both would be too large. Leave it out.`,
  )
}
