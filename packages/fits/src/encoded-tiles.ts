import { type EncodedRows, encodeRows, rowsToEncode } from '@datalab/pixels'
import type { PixelArray } from './encode-samples.js'
import { bandsOf, tilesOfBand } from './pixel-bands.js'
import { rowsOfTiles, type TileEncoder, type TileRows } from './tile-encoder.js'
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

/** Tiles that follow each other, and the bytes of all of them as they follow each other in the heap. */
export interface EncodedTiles {
  readonly rows: TileRows
  readonly bytes: Uint8Array
}

/** The tiles of an image, compressed, in the order of the table. Rows of floats are shared out among threads. */
export async function* encodedTiles(tiles: TilesToEncode): AsyncGenerator<EncodedTiles, void> {
  const { first, rest, grid, encoder, onBand } = tiles
  if (encoder.rowsFrom !== undefined && first instanceof Float32Array && isByRows(grid)) {
    yield* encodedRows(tiles)
    return
  }
  for await (const band of bandsOf(first, rest, grid)) {
    onBand(band)
    for (const { pixels, rowLength } of tilesOfBand(band, grid)) {
      const tile = encoder.encode(pixels, rowLength)
      yield { rows: rowsOfTiles([tile]), bytes: tile.bytes }
    }
  }
}

/** Whether each tile is a row, in an image that has some. */
function isByRows({ axes, tile }: TileGrid): boolean {
  return axes.length > 1 && axes[0]! > 1 && tile.every((length, axis) => length === (axis === 0 ? axes[0] : 1))
}

async function* encodedRows({ first, rest, grid, encoder, onBand }: TilesToEncode): AsyncGenerator<EncodedTiles, void> {
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
  for await (const rows of encodeRows(all(), options)) yield tilesOfRows(rows, width, encoder)
}

/** Each row as a tile; one that is not coded is kept without loss. */
function tilesOfRows(rows: EncodedRows, width: number, encoder: TileEncoder): EncodedTiles {
  const { lengths, scales, zeros, bytes, values } = rows
  // As nearly all are: nothing is done for each row then.
  if (values === undefined) return { rows: { lengths, scales, zeros, fallbacks: [] }, bytes }
  let at = 0
  const tiles = Array.from(lengths, (length, row) => {
    at += length
    if (length === 0) return encoder.fallback!(values.subarray(row * width, (row + 1) * width))
    return { bytes: bytes.subarray(at - length, at), isFallback: false, scale: scales[row]!, zero: zeros[row]! }
  })
  return { rows: rowsOfTiles(tiles), bytes: Buffer.concat(tiles.map((tile) => tile.bytes)) }
}
