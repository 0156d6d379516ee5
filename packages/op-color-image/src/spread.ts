import type { FrameSize } from '@datalab/fits'
import type { Point } from './affine.js'

/** The cells that a frame is divided into, along each side. */
const CELLS = 8

/**
 * The items in an order that begins all over the frame: first the brightest of each of 8 x 8 cells, the brightest first, then the second of
 * each, and so on. Without that, a cluster of stars would be all that is looked at.
 *
 * @param brightness the more, the earlier
 */
export function spread<Item extends Point>(
  items: readonly Item[],
  { width, height }: FrameSize,
  brightness: (item: Item) => number,
): Item[] {
  const sorted = [...items].sort((a, b) => brightness(b) - brightness(a))
  const rounds: Item[][] = []
  const counts = new Map<number, number>()
  for (const item of sorted) {
    const cell = Math.floor((item.y * CELLS) / height) * CELLS + Math.floor((item.x * CELLS) / width)
    const round = counts.get(cell) ?? 0
    counts.set(cell, round + 1)
    const others = rounds[round]
    if (others === undefined) rounds[round] = [item]
    else others.push(item)
  }
  return rounds.flat()
}
