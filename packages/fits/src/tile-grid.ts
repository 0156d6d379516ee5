import { invalid } from './errors.js'
import { safeProduct } from './require-integer.js'
import type { Section } from './section.js'

/** How an image is cut into tiles. All lists begin with the fastest axis. */
export interface TileGrid {
  /** Lengths of the image's axes. */
  readonly axes: readonly number[]
  /** Lengths of a tile; those at the end of an axis may be shorter. */
  readonly tile: readonly number[]
  /** Number of tiles along each axis. */
  readonly counts: readonly number[]
}

/** A tile: the pixels from `start` on, `size` of them along each axis. */
export interface Tile extends Section {
  /** Row of the compressed table, from 0. */
  readonly index: number
}

/**
 * The grid of an image's tiles.
 *
 * @throws FITS_INVALID when a tile has no pixels along an axis.
 */
export function tileGrid(axes: readonly number[], tileSize: readonly number[]): TileGrid {
  const tile = axes.map((length, axis) => Math.min(tileSize[axis] ?? 1, Math.max(length, 1)))
  if (tile.some((length) => !(length >= 1))) throw invalid(`tiles of ${tileSize.join(' x ')} pixels are impossible`)
  const counts = axes.map((length, axis) => Math.ceil(length / tile[axis]!))
  return { axes, tile, counts }
}

/** Number of tiles, which is the number of rows of the compressed table. */
export function tileCount(grid: TileGrid): number {
  return safeProduct(grid.counts, 'the number of tiles')
}

/** The tile in row `index` of the compressed table: they are ordered like pixels, the first axis fastest. */
export function tileAt(grid: TileGrid, index: number): Tile {
  const start: number[] = []
  const size: number[] = []
  let rest = index
  grid.axes.forEach((length, axis) => {
    const position = rest % grid.counts[axis]!
    rest = Math.floor(rest / grid.counts[axis]!)
    start.push(position * grid.tile[axis]!)
    size.push(Math.min(grid.tile[axis]!, length - start[axis]!))
  })
  return { index, start, size }
}

/** The box of tiles that hold a section's pixels, counted in tiles. */
export function tilesOf(grid: TileGrid, section: Section): Section {
  const start = section.start.map((from, axis) => Math.floor(from / grid.tile[axis]!))
  const size = start.map((first, axis) => {
    return Math.ceil((section.start[axis]! + section.size[axis]!) / grid.tile[axis]!) - first
  })
  return { start, size }
}
