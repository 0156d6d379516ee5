import { encodeRows, rowsToEncode } from '@datalab/pixels'
import type { PixelArray } from './encode-samples.js'
import { bandsOf, tilesOfBand } from './pixel-bands.js'
import type { EncodedTile, TileEncoder } from './tile-encoder.js'
import type { TileGrid } from './tile-grid.js'

/** Pixels that come part by part. */
export interface TilesToEncode {
  /** The first pixels, whose type is that of all. */
  readonly first: PixelArray
  readonly rest: AsyncIterable<PixelArray>
  readonly grid: TileGrid
  readonly encoder: TileEncoder
  /** Gets the pixels of some rows, in the order of the file, before their tiles come. */
  readonly onBand: (band: PixelArray) => void
}

/** The tiles of an image, compressed, in the order of the table. Rows of floats are shared out among threads. */
export async function* encodedTiles(tiles: TilesToEncode): AsyncGenerator<EncodedTile, void> {
  const { first, rest, grid, encoder, onBand } = tiles
  if (encoder.rowsFrom !== undefined && first instanceof Float32Array && isByRows(grid)) {
    yield* encodedRows(tiles)
    return
  }
  for await (const band of bandsOf(first, rest, grid)) {
    onBand(band)
    for (const { pixels, rowLength } of tilesOfBand(band, grid)) yield encoder.encode(pixels, rowLength)
  }
}

/** Whether each tile is a row, in an image that has some. */
function isByRows({ axes, tile }: TileGrid): boolean {
  return axes.length > 1 && axes[0]! > 1 && tile.every((length, axis) => length === (axis === 0 ? axes[0] : 1))
}

async function* encodedRows({ first, rest, grid, encoder, onBand }: TilesToEncode): AsyncGenerator<EncodedTile, void> {
  const [width, ...others] = grid.axes as [number, ...number[]]
  const height = others.reduce((product, length) => product * length, 1)
  const tile = grid.tile.map((length, axis) => (axis === 1 ? rowsToEncode(width, height) : length))
  const bands = bandsOf(first, rest, { ...grid, tile }) as AsyncGenerator<Float32Array, void>
  const begin = await bands.next()
  if (begin.done) return
  const seen = (band: Float32Array) => {
    onBand(band)
    return band
  }
  async function* all() {
    yield seen(begin.value as Float32Array)
    for await (const band of bands) yield seen(band)
  }
  const options = { ...encoder.rowsFrom!(begin.value.subarray(0, width)), width, height }
  for await (const { bytes, values, scale, zero } of encodeRows(all(), options))
    yield bytes === undefined ? encoder.fallback!(values!) : { bytes, isFallback: false, scale, zero }
}
