import { wrongArgument } from './errors.js'
import { type TileGrid, tileGrid } from './tile-grid.js'

/** The longest tile by default, in pixels: a row is one, unless it is longer. */
const MAX_TILE = 2 ** 22

/**
 * The grid of the tiles that an image is written in.
 *
 * @param shape Lengths of its axes, the slowest first.
 * @param tile Those of a tile; a row by default.
 * @throws TypeError when the lengths of the tile are none.
 */
export function gridToWrite(shape: readonly number[], tile: readonly number[] = []): TileGrid {
  const axes = [...shape].reverse()
  const lengths = [...tile].reverse()
  const isTile =
    Array.isArray(tile) &&
    lengths.length <= axes.length &&
    lengths.every((length) => Number.isSafeInteger(length) && length > 0)
  if (!isTile)
    throw wrongArgument(`${lengths.reverse().join(' x ')} is no shape of a tile of an image of ${shape.join(' x ')}`)
  return tileGrid(
    axes,
    axes.map((length, axis) => lengths[axis] ?? (axis === 0 ? Math.min(length, MAX_TILE) : 1)),
  )
}
