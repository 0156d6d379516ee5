import { type EncodeRowsOptions, QUANTIZED_NAN, RANDOM_COUNT, type RiceCoding } from '@datalab/pixels'
import { Card } from './card.js'
import { encodeGzipTile } from './encode-gzip-tile.js'
import { encodeRice } from './encode-rice.js'
import { encodeSamples, type PixelArray, pixelFormat } from './encode-samples.js'
import { wrongArgument } from './errors.js'
import { quantize } from './quantize.js'

/**
 * How the pixels of an image are stored: as they are; compressed without loss (integers with RICE_1, floats with GZIP_2); or with floats in
 * steps of their noise, `quantize` of them to its standard deviation (RICE_1 and SUBTRACTIVE_DITHER_1, as fpack does with 4), and integers
 * without loss.
 */
export type ImageCompression = 'none' | 'lossless' | { readonly quantize: number }

/** A tile, compressed. */
export interface EncodedTile {
  readonly bytes: Uint8Array
  /** Whether it belongs to GZIP_COMPRESSED_DATA, the column of tiles that could not be quantised. */
  readonly isFallback: boolean
  /** ZSCALE and ZZERO; 0 where nothing was quantised. */
  readonly scale: number
  readonly zero: number
}

/** Of tiles that follow each other what the table tells, one array of each for all of them. */
export interface TileRows {
  /** How many bytes each has. */
  readonly lengths: ArrayLike<number>
  /** ZSCALE and ZZERO. */
  readonly scales: ArrayLike<number>
  readonly zeros: ArrayLike<number>
  /** The places among them of those that belong to GZIP_COMPRESSED_DATA. */
  readonly fallbacks: readonly number[]
}

/** What the table tells of some tiles. */
export function rowsOfTiles(tiles: readonly EncodedTile[]): TileRows {
  return {
    lengths: tiles.map(({ bytes }) => bytes.length),
    scales: tiles.map(({ scale }) => scale),
    zeros: tiles.map(({ zero }) => zero),
    fallbacks: tiles.flatMap(({ isFallback }, place) => (isFallback ? [place] : [])),
  }
}

/** Compresses the tiles of an image, one after another. */
export interface TileEncoder {
  /** The cards that say how, from ZCMPTYPE on; complete when all tiles are encoded. */
  cards(): Card[]
  /** Whether the table has the columns ZSCALE and ZZERO. */
  readonly isQuantized: boolean
  /** @param rowLength Pixels in a row of the tile. */
  encode(pixels: PixelArray, rowLength: number): EncodedTile
  /**
   * How `encodeRows` encodes tiles that are rows of float32, to what `encode` makes of them; not there where it cannot.
   *
   * @param first The first of all rows.
   */
  rowsFrom?(first: Float32Array): RowsCoding
  /** A tile without quantisation. */
  fallback?(pixels: PixelArray): EncodedTile
}

/** How rows are quantised. */
type RowsCoding = Pick<EncodeRowsOptions, 'level' | 'dithering' | 'firstSeed'>

/** Pixels that share one split of a Rice code. */
const BLOCKSIZE = 32

/** The most axes that cfitsio takes tiles of (its MAX_COMPRESS_DIM). */
const MAX_AXES = 6

/**
 * The encoder of an image's pixels; undefined where they are better left as they are, since cfitsio, and with it fpack, funpack and astropy,
 * does not read them from tiles: 64-bit integers, and images of more than six axes.
 *
 * @param sample An array of their type.
 * @param shape Lengths of the image's axes.
 * @throws TypeError when the compression is none of those there are.
 */
export function tileEncoderFor(
  sample: PixelArray,
  shape: readonly number[],
  compression: ImageCompression,
): TileEncoder | undefined {
  checkCompression(compression)
  if (compression === 'none' || shape.length > MAX_AXES) return undefined
  if (sample instanceof BigInt64Array || sample instanceof BigUint64Array) return undefined
  if (!(sample instanceof Float32Array || sample instanceof Float64Array)) return riceEncoder(sample.BYTES_PER_ELEMENT)
  return compression === 'lossless' ? gzipEncoder() : new QuantizingEncoder(compression.quantize)
}

/** @throws TypeError when the compression is none of those there are. */
export function checkCompression(compression: ImageCompression): void {
  if (compression === 'none' || compression === 'lossless') return
  if (typeof compression === 'object' && compression?.quantize > 0 && Number.isFinite(compression.quantize)) return
  throw wrongArgument(
    `compression is ${JSON.stringify(compression)}, but must be 'none', 'lossless' or { quantize: a number above 0 }`,
  )
}

function riceEncoder(bytes: number): TileEncoder {
  const coding: RiceCoding = { bytepix: bytes as 1 | 2 | 4, blocksize: BLOCKSIZE }
  return {
    isQuantized: false,
    cards: () => riceCards(bytes),
    encode: (pixels) => ({
      bytes: encodeRice(storedIntegers(pixels as Uint8Array), coding),
      isFallback: false,
      scale: 0,
      zero: 0,
    }),
  }
}

/** The integers as they are stored: with the sign of their BITPIX. */
function storedIntegers(pixels: Exclude<PixelArray, BigInt64Array | BigUint64Array>): Int32Array {
  const zero = Number(pixelFormat(pixels).bzero ?? 0)
  const integers = new Int32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) integers[i] = pixels[i]! - zero
  return integers
}

function riceCards(bytepix: number): Card[] {
  return [
    new Card('ZCMPTYPE', 'RICE_1', { comment: 'compression algorithm' }),
    new Card('ZNAME1', 'BLOCKSIZE', { comment: 'compression block size' }),
    new Card('ZVAL1', BLOCKSIZE, { comment: 'pixels per block' }),
    new Card('ZNAME2', 'BYTEPIX', { comment: 'bytes per pixel (1, 2 or 4)' }),
    new Card('ZVAL2', bytepix, { comment: 'bytes per pixel (1, 2 or 4)' }),
  ]
}

function gzipEncoder(): TileEncoder {
  return {
    isQuantized: false,
    cards: () => [
      new Card('ZCMPTYPE', 'GZIP_2', { comment: 'compression algorithm' }),
      new Card('ZQUANTIZ', 'NONE', { comment: 'lossless, not quantized' }),
    ],
    encode: (pixels) => ({ ...gzipped(pixels, true), isFallback: false }),
  }
}

function gzipped(pixels: PixelArray, isShuffled: boolean): Omit<EncodedTile, 'isFallback'> {
  const bytes = encodeGzipTile(encodeSamples(pixels), pixels.BYTES_PER_ELEMENT, isShuffled)
  return { bytes, scale: 0, zero: 0 }
}

/** Quantises floats, and Rice-codes the integers. A tile that cannot be quantised, or would not become smaller, is kept without loss. */
class QuantizingEncoder implements TileEncoder {
  readonly isQuantized = true
  readonly #level: number
  #tiles = 0
  #ditherSeed = 1

  constructor(level: number) {
    this.#level = level
  }

  cards(): Card[] {
    const [algorithm, ...parameters] = riceCards(4)
    return [
      algorithm!,
      new Card('ZBLANK', QUANTIZED_NAN, { comment: 'null value in the compressed integer array' }),
      ...parameters,
      new Card('ZQUANTIZ', 'SUBTRACTIVE_DITHER_1', { comment: 'pixel quantization algorithm' }),
      new Card('ZDITHER0', this.#ditherSeed, { comment: 'dithering offset when quantizing floats' }),
    ]
  }

  encode(pixels: PixelArray, rowLength: number): EncodedTile {
    const floats = pixels as Float32Array | Float64Array
    if (this.#tiles === 0) this.#ditherSeed = ditherSeedOf(floats)
    const seed = this.#tiles++ + this.#ditherSeed - 1
    const quantized = quantize(floats, { level: this.#level, rowLength, seed })
    if (quantized) {
      const bytes = encodeRice(quantized.integers, { bytepix: 4, blocksize: BLOCKSIZE })
      if (bytes.length < floats.byteLength) {
        return { bytes, isFallback: false, scale: quantized.scale, zero: quantized.zero }
      }
    }
    return this.fallback(floats)
  }

  rowsFrom(first: Float32Array): RowsCoding {
    this.#ditherSeed = ditherSeedOf(first)
    return { level: this.#level, dithering: 'SUBTRACTIVE_DITHER_1', firstSeed: this.#ditherSeed - 1 }
  }

  fallback(pixels: PixelArray): EncodedTile {
    return { ...gzipped(pixels, false), isFallback: true }
  }
}

/** ZDITHER0, from 1 to 10,000: by the sum of all bytes of the first tile, so that the same image gives the same file. cfitsio's `-qt`. */
function ditherSeedOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): number {
  let sum = 0
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  for (let i = 0; i < bytes.length; i++) sum += bytes[i]!
  return (sum % RANDOM_COUNT) + 1
}
