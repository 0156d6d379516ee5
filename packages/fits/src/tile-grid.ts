import { invalid } from './errors.js'
import { safeProduct } from './require-integer.js'

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
export interface Tile {
  /** Row of the compressed table, from 0. */
  readonly index: number
  readonly start: readonly number[]
  readonly size: readonly number[]
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

/** The number of pixels of a tile. */
export function tilePixels(tile: Tile): number {
  return tile.size.reduce((a, b) => a * b, 1)
}

/**
 * The image row that each row of a tile belongs to, in the tile's order; rows are counted through all axes but the first.
 */
export function tileRows(grid: TileGrid, tile: Tile): number[] {
  let rows = [0]
  let stride = 1
  const strides = grid.axes.map((length, axis) => {
    const own = stride
    if (axis > 0) stride *= length
    return own
  })
  for (let axis = 1; axis < grid.axes.length; axis++) {
    const inner = rows
    const starts = Array.from({ length: tile.size[axis]! }, (_, i) => (tile.start[axis]! + i) * strides[axis]!)
    rows = starts.flatMap((offset) => inner.map((row) => row + offset))
  }
  return rows
}

/**
 * The bands of tiles that hold an image row: the number of the first tile of each band. A band is all tiles side by side along the first axis.
 *
 * @param first First image row, counted through all axes but the first.
 * @param end One past the last.
 */
export function bandsOf(grid: TileGrid, first: number, end: number): number[] {
  const bands = new Set<number>()
  for (let row = first; row < end; ) {
    const { band, rows } = bandAt(grid, row)
    bands.add(band)
    row += rows
  }
  return [...bands]
}

/** The band of an image row, and how many rows from this one on, at least 1, lie in it without a gap. */
function bandAt(grid: TileGrid, row: number): { band: number; rows: number } {
  let rest = row
  let band = 0
  let stride = grid.counts[0]!
  let rows = 1
  for (let axis = 1; axis < grid.axes.length; axis++) {
    const position = rest % grid.axes[axis]!
    rest = Math.floor(rest / grid.axes[axis]!)
    const tile = grid.tile[axis]!
    if (axis === 1) rows = Math.min(tile - (position % tile), grid.axes[axis]! - position)
    band += Math.floor(position / tile) * stride
    stride *= grid.counts[axis]!
  }
  return { band, rows }
}
