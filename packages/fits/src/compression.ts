import type { Dithering } from '@datalab/pixels'
import { ditheringOf } from './dequantize.js'
import { invalid, unsupported } from './errors.js'
import { type Bitpix, countPixels } from './hdu-layout.js'
import type { Header } from './header.js'
import { requireInteger } from './require-integer.js'
import { gzipTileDecoder, type TileDecoder, tileDecoderOf } from './tile-decoders.js'
import { type TileGrid, tileCount, tileGrid } from './tile-grid.js'
import type { TileTable } from './tile-table.js'

/** The algorithms that keep floats as they are, where nothing says how they were quantised. */
const LOSSLESS = /^(GZIP_[12]|NOCOMPRESS)$/

/** The columns that may hold a tile (FITS 4.0, section 10.1.3). Files without the first are not the standard's, but say all that is needed. */
const DATA_COLUMNS = ['COMPRESSED_DATA', 'GZIP_COMPRESSED_DATA', 'UNCOMPRESSED_DATA']

/** How an image was compressed. */
export interface Compression {
  readonly grid: TileGrid
  readonly decoder: TileDecoder
  /** Whether floats were made integers before they were compressed. */
  readonly isQuantized: boolean
  readonly dithering: Dithering
  /** ZDITHER0, the place of the first tile in the random sequence, counted from 1; 0 where the file has none. */
  readonly ditherSeed: number
}

/**
 * Reads how an image was compressed, and checks that its table can hold so many pixels (FITS 4.0, section 10.1).
 *
 * @param axes Lengths of the image's axes, the fastest first.
 * @throws FITS_UNSUPPORTED when the algorithm is unknown.
 * @throws FITS_INVALID when a parameter is out of range, or the table has too few rows or bytes for the image.
 */
export function compressionOf(header: Header, axes: readonly number[], bitpix: Bitpix, table: TileTable): Compression {
  const decoder = tileDecoderOf(header, bitpix)
  if (table.column('NULL_PIXEL_MASK')) {
    throw unsupported('the image has a mask of null pixels (NULL_PIXEL_MASK); uncompress it with funpack first')
  }
  if (!DATA_COLUMNS.some((name) => table.column(name)?.bytes)) {
    throw invalid('the table of the compressed image has no column COMPRESSED_DATA', { column: 'COMPRESSED_DATA' })
  }
  const tile = axes.map((length, axis) =>
    requireInteger(header, `ZTILE${axis + 1}`, { min: 1, fallback: axis === 0 ? Math.max(length, 1) : 1 }),
  )
  const grid = tileGrid(axes, tile)
  checkRows(grid, table)
  checkPixels(countPixels(axes), decoder, bitpix, table)
  return { grid, decoder, ...quantizationOf(header, bitpix, table) }
}

function quantizationOf(
  header: Header,
  bitpix: Bitpix,
  table: TileTable,
): Pick<Compression, 'isQuantized' | 'dithering' | 'ditherSeed'> {
  const isFloats = bitpix < 0 && isQuantized(header, table)
  // Integers are what they are, whatever is said of floats.
  const dithering = isFloats ? ditheringOf(header.getString('ZQUANTIZ')) : 'NO_DITHER'
  // An image of which no tile was quantised in the end has no use for a seed: cfitsio writes 0 there.
  const isDithered = dithering !== 'NO_DITHER'
  const ditherSeed = isDithered ? requireInteger(header, 'ZDITHER0', { min: 0, max: 10_000, fallback: 1 }) : 1
  return { isQuantized: isFloats, dithering, ditherSeed }
}

function checkRows(grid: TileGrid, table: TileTable): void {
  const tiles = tileCount(grid)
  if (tiles <= table.rows) return
  throw invalid(`the image has ${tiles} tiles, but its table has ${table.rows} rows`, { keyword: 'NAXIS2' })
}

function checkPixels(pixels: number, decoder: TileDecoder, bitpix: Bitpix, table: TileTable): void {
  const { heapLength, rows } = table
  const gzip = table.column('GZIP_COMPRESSED_DATA') ? gzipTileDecoder(bitpix).maxPixels(heapLength, rows) : 0
  const raw = table.column('UNCOMPRESSED_DATA') ? (heapLength * 8) / Math.abs(bitpix) : 0
  if (pixels <= Math.max(decoder.maxPixels(heapLength, rows), gzip, raw)) return
  throw invalid(`the image announces ${pixels} pixels, more than its ${heapLength} compressed bytes can hold`)
}

function isQuantized(header: Header, table: TileTable): boolean {
  if (header.getString('ZQUANTIZ') === 'NONE') return false
  const hasScale = ['ZSCALE', 'ZZERO'].some((name) => table.column(name) !== undefined || header.has(name))
  return hasScale || !LOSSLESS.test(header.getString('ZCMPTYPE')?.trim() ?? '')
}
