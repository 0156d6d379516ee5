import { gunzipSync } from 'node:zlib'
import type { Compression } from './compression.js'
import { decodeSamples, scaleSamples } from './decode-samples.js'
import { dequantize, QUANTIZED_NAN } from './dequantize.js'
import { FitsError, invalid } from './errors.js'
import type { Bitpix } from './hdu-layout.js'
import type { HeapWindow } from './heap-window.js'
import type { Samples } from './samples.js'
import type { Scale } from './scale.js'
import { type Tile, tilePixels } from './tile-grid.js'
import type { TileCell, TileTable } from './tile-table.js'

/** The types an uncompressed tile may have, by the letter of its column. */
const STORED_BITPIX: Readonly<Record<string, Bitpix>> = { B: 8, I: 16, J: 32, K: 64, E: -32, D: -64 }

/** Makes physical values of one tile after another. Not for two readings at a time: it keeps one tile's integers. */
export class TileReader {
  readonly #compression: Compression
  readonly #table: TileTable
  readonly #bitpix: Bitpix
  readonly #scale: Scale
  #integers = new Int32Array(0)

  constructor(compression: Compression, table: TileTable, bitpix: Bitpix, scale: Scale) {
    this.#compression = compression
    this.#table = table
    this.#bitpix = bitpix
    this.#scale = scale
  }

  /**
   * Fills `into`, which has the tile's length, with its physical values.
   *
   * @throws FITS_INVALID, FITS_TRUNCATED when the tile cannot be decoded.
   */
  async read(tile: Tile, cell: TileCell, heap: HeapWindow, into: Samples): Promise<void> {
    const { compressed, gzipped, uncompressed } = cell
    const range = [compressed, gzipped, uncompressed].find(({ length }) => length > 0)
    if (!range) throw invalid(`tile ${tile.index} of the image has no data`, { tile: tile.index })
    const bytes = heap.peek(range) ?? (await heap.load(range))
    if (range === compressed) this.#decode(tile, cell, bytes, into)
    else if (range === gzipped) this.#gunzip(tile, bytes, into)
    else this.#copy(tile, bytes, into)
  }

  #decode(tile: Tile, cell: TileCell, bytes: Uint8Array, into: Samples): void {
    const { decoder } = this.#compression
    const length = tilePixels(tile)
    if (length > decoder.maxPixels(bytes.length)) {
      throw invalid(`tile ${tile.index} has ${length} pixels, more than its ${bytes.length} bytes can hold`)
    }
    if (this.#integers.length < length) this.#integers = new Int32Array(length)
    const integers = this.#integers.subarray(0, length)
    decoder.decode(bytes, integers)
    if (this.#bitpix > 0) {
      into.set(integers)
      scaleSamples(into, { ...this.#scale, blank: cell.blank ?? this.#scale.blank })
    } else {
      this.#dequantize(tile, cell, integers, into)
    }
  }

  #dequantize(tile: Tile, cell: TileCell, integers: Int32Array, into: Samples): void {
    const { dithering, ditherSeed } = this.#compression
    const { scale, zero, blank = QUANTIZED_NAN } = cell
    if (scale === undefined || zero === undefined)
      throw invalid('the quantised image has no ZSCALE or ZZERO', { keyword: 'ZSCALE' })
    dequantize(integers, { dithering, scale, zero, blank, seed: tile.index + ditherSeed - 1 }, into)
    scaleSamples(into, this.#scale)
  }

  #gunzip(tile: Tile, bytes: Uint8Array, into: Samples): void {
    const length = (into.length * Math.abs(this.#bitpix)) / 8
    try {
      this.#convert(tile, gunzipSync(bytes, { maxOutputLength: length }), this.#bitpix, into)
    } catch (cause) {
      if (cause instanceof FitsError) throw cause
      const message = `the gzip stream of tile ${tile.index} is broken or does not hold its ${into.length} pixels`
      throw new FitsError('FITS_INVALID', message, { cause, details: { tile: tile.index } })
    }
  }

  #copy(tile: Tile, bytes: Uint8Array, into: Samples): void {
    const code = this.#table.column('UNCOMPRESSED_DATA')?.heapCode ?? ''
    const bitpix = Object.hasOwn(STORED_BITPIX, code) ? STORED_BITPIX[code] : undefined
    if (bitpix === undefined)
      throw invalid(`column UNCOMPRESSED_DATA has elements of type ${code}, which are no pixels`)
    this.#convert(tile, bytes, bitpix, into)
  }

  #convert(tile: Tile, bytes: Uint8Array, bitpix: Bitpix, into: Samples): void {
    const length = (into.length * Math.abs(bitpix)) / 8
    if (bytes.length !== length) {
      throw invalid(`tile ${tile.index} holds ${bytes.length} bytes, but its pixels need ${length}`, {
        tile: tile.index,
      })
    }
    decodeSamples(Uint8Array.from(bytes), bitpix, this.#scale, into)
  }
}
