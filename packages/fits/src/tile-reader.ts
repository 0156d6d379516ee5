import type { Quantization } from '@datalab/pixels'
import type { Compression } from './compression.js'
import { convertPixels, scaleSamples } from './decode-samples.js'
import { dequantize } from './dequantize.js'
import { FitsError, invalid, isFitsError } from './errors.js'
import type { Bitpix } from './hdu-layout.js'
import type { HeapWindow } from './heap-window.js'
import { integersOf } from './integers-of.js'
import type { Samples, StoredPixels } from './samples.js'
import { NO_SCALE, type Scale } from './scale.js'
import { sectionPixels } from './section.js'
import { gzipTileDecoder, type TileDecoder } from './tile-decoders.js'
import type { Tile } from './tile-grid.js'
import { checkTileBytes } from './tile-limit.js'
import { rangeOf, type TileCell, type TileTable } from './tile-table.js'

/** The letters of columns whose elements are floats. */
const FLOATS = new Set(['E', 'D'])

/** What tiles are made values of with. */
export interface TileReaderParts {
  readonly compression: Compression
  readonly table: TileTable
  readonly bitpix: Bitpix
  /** How stored values become physical ones; undefined to leave them as they are. */
  readonly scale: Scale | undefined
  /** The most bytes that a tile may become; undefined for the default. */
  readonly maxTileBytes: number | undefined
}

/** Makes values of one tile after another. Not for two readings at a time: it keeps one tile's integers. */
export class TileReader {
  readonly #compression: Compression
  readonly #table: TileTable
  readonly #bitpix: Bitpix
  readonly #scale: Scale | undefined
  readonly #maxTileBytes: number | undefined
  #integers = new Int32Array(0)

  constructor({ compression, table, bitpix, scale, maxTileBytes }: TileReaderParts) {
    this.#compression = compression
    this.#table = table
    this.#bitpix = bitpix
    this.#scale = scale
    this.#maxTileBytes = maxTileBytes
  }

  /**
   * Fills `into`, which has the tile's length and a type that holds its values.
   *
   * @throws FITS_INVALID, FITS_TRUNCATED when the tile cannot be decoded, FITS_UNSUPPORTED when it becomes too large.
   */
  async read(tile: Tile, cell: TileCell, heap: HeapWindow, into: StoredPixels, signal?: AbortSignal): Promise<void> {
    const { compressed, gzipped } = cell
    const range = rangeOf(cell)
    if (!range) throw invalid(`tile ${tile.index} of the image has no data`, { tile: tile.index })
    const bytes = heap.peek(range) ?? (await heap.load(range))
    try {
      checkTileBytes(into.byteLength, range.length, this.#maxTileBytes)
      if (range === compressed) await this.#decode(tile, cell, bytes, into, signal)
      else if (range === gzipped) this.#convertWhole(this.#undo(gzipTileDecoder(this.#bitpix), bytes, tile), into)
      else this.#copy(bytes, into)
    } catch (error) {
      if (!isFitsError(error)) throw error
      const details = { ...error.details, tile: tile.index }
      throw new FitsError(error.code, `tile ${tile.index}: ${error.message}`, { cause: error, details })
    }
  }

  async #decode(
    tile: Tile,
    cell: TileCell,
    bytes: Uint8Array,
    into: StoredPixels,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { decoder, isQuantized } = this.#compression
    if (isQuantized) await this.#decodeFloats(this.#quantizationOf(tile, cell), bytes, tile, into as Samples, signal)
    else if (this.#bitpix < 0) this.#convertWhole(this.#undo(decoder, bytes, tile), into)
    else if (this.#scale && decoder.decodeScaled) {
      checkPixels(decoder, bytes, tile)
      await decoder.decodeScaled(bytes, this.#scaleOf(cell), into as Samples, signal)
    } else convertPixels(this.#undo(decoder, bytes, tile), this.#scaleOf(cell), into)
  }

  async #decodeFloats(
    quantization: Quantization,
    bytes: Uint8Array,
    tile: Tile,
    into: Samples,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { decoder } = this.#compression
    if (decoder.decodeFloats) {
      checkPixels(decoder, bytes, tile)
      await decoder.decodeFloats(bytes, quantization, into, signal)
    } else dequantize(this.#undo(decoder, bytes, tile), quantization, into)
    scaleSamples(into, this.#scale ?? NO_SCALE)
  }

  #undo(decoder: TileDecoder, bytes: Uint8Array, tile: Tile): StoredPixels {
    checkPixels(decoder, bytes, tile)
    const length = sectionPixels(tile)
    if (this.#integers.length < length) this.#integers = new Int32Array(length)
    return decoder.decode(bytes, this.#integers.subarray(0, length))
  }

  /** How the integers of a tile become physical values. A tile may have its own ZBLANK, though BLANK is what the standard wants here. */
  #scaleOf(cell: TileCell): Scale {
    const scale = this.#scale
    return scale ? { ...scale, blank: cell.blank ?? scale.blank } : NO_SCALE
  }

  #quantizationOf(tile: Tile, { scale, zero, blank }: TileCell): Quantization {
    const { dithering, ditherSeed } = this.#compression
    if (scale === undefined || zero === undefined)
      throw invalid('the quantised image has no ZSCALE or ZZERO', { keyword: 'ZSCALE' })
    if (ditherSeed === 0)
      throw invalid('ZDITHER0 is 0, but must be an integer from 1 to 10000', { keyword: 'ZDITHER0' })
    return { dithering, scale, zero, blank, seed: tile.index + ditherSeed - 1 }
  }

  /** Values that were compressed as they are: of a float image these integers are the bits of floats. */
  #convertWhole(values: StoredPixels, into: StoredPixels): void {
    convertPixels(this.#bitpix < 0 ? floatsOf(values) : values, this.#scale ?? NO_SCALE, into)
  }

  #copy(bytes: Uint8Array, into: StoredPixels): void {
    const values = integersOf(Uint8Array.from(bytes), into.length)
    const isFloat = FLOATS.has(this.#table.column('UNCOMPRESSED_DATA')?.heapCode ?? '')
    convertPixels(isFloat ? floatsOf(values) : values, this.#scale ?? NO_SCALE, into)
  }
}

function checkPixels(decoder: TileDecoder, bytes: Uint8Array, tile: Tile): void {
  const length = sectionPixels(tile)
  if (length <= decoder.maxPixels(bytes.length, 1)) return
  throw invalid(`its ${length} pixels are more than its ${bytes.length} bytes can hold`)
}

/** The floats whose bits these are. */
function floatsOf(values: StoredPixels): Samples {
  const { buffer, byteOffset, length } = values
  if (values instanceof Int32Array) return new Float32Array(buffer, byteOffset, length)
  if (values instanceof BigInt64Array) return new Float64Array(buffer, byteOffset, length)
  throw invalid(`its pixels have ${values.BYTES_PER_ELEMENT} bytes, which are no floats`)
}
