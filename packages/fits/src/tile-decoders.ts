import { setImmediate } from 'node:timers/promises'
import { decodeRiceParts, type PixelScale, type Quantization, type RiceCoding } from '@datalab/pixels'
import { invalid, unsupported } from './errors.js'
import { decodeGzip, GZIP_RATIO } from './gzip-tile.js'
import { decodeHcompress } from './hcompress.js'
import type { Bitpix } from './hdu-layout.js'
import type { Header } from './header.js'
import { integersOf } from './integers-of.js'
import { pixelKernels } from './pixel-kernels.js'
import { decodePlio, maxPlioPixels } from './plio.js'
import { requireInteger } from './require-integer.js'
import { decodeRice, maxRicePixels, riceTruncated } from './rice.js'
import type { Samples, StoredPixels } from './samples.js'

/** Undoes one compression algorithm for the tiles of an image. */
export interface TileDecoder {
  /** How tiles are Rice-coded, where they are. */
  readonly rice?: RiceCoding
  /**
   * The values a tile was compressed from: `into`, filled, or an array of their own, of the same length.
   *
   * @param bytes The compressed bytes, which are only read.
   * @param into As long as the tile.
   */
  decode(bytes: Uint8Array, into: Int32Array): StoredPixels
  /** `decode` and `dequantize` in one, where there is a way; of a large tile with a breath now and then. */
  decodeFloats?(
    bytes: Uint8Array,
    quantization: Quantization,
    into: Samples,
    signal?: AbortSignal,
  ): void | Promise<void>
  /** `decode` and the scale in one, where there is a way for these pixels; of a large tile with a breath now and then. */
  decodeScaled?(bytes: Uint8Array, scale: PixelScale, into: Samples, signal?: AbortSignal): void | Promise<void>
  /** The most pixels that so many compressed bytes can hold, of so many tiles. */
  maxPixels(bytes: number, tiles: number): number
}

/** Makes the decoder of one image from the header of its table. */
type TileDecoderFactory = (header: Header, bitpix: Bitpix) => TileDecoder

/** Tiles of more pixels take long, and more memory than the kernels have. */
const LARGE_PIXELS = 6 * 2 ** 20

/** The largest Rice block: the standard has 16 and 32. It bounds what a few bytes can claim to hold. */
const MAX_BLOCKSIZE = 256

/**
 * What an HCOMPRESS tile may hold without a byte for it, and more with each byte: pixels of one value take none, so that the algorithm
 * itself knows no bound.
 */
const FLAT_PIXELS = 2 ** 24
const FLAT_PIXELS_A_BYTE = 2 ** 14

/** The BZERO under which PLIO, which knows no negative numbers, keeps 16-bit pixels as they are meant. */
const UINT16_ZERO = 32_768

/** The algorithms that can be undone, by the value of ZCMPTYPE. */
const DECODERS: ReadonlyMap<string, TileDecoderFactory> = new Map([
  ['RICE_1', riceDecoder],
  ['RICE_ONE', riceDecoder],
  ['GZIP_1', gzipDecoder],
  ['GZIP_2', gzipDecoder],
  ['PLIO_1', plioDecoder],
  ['HCOMPRESS_1', hcompressDecoder],
  ['NOCOMPRESS', copyDecoder],
])

/**
 * The decoder that a compressed image's header asks for.
 *
 * @throws FITS_UNSUPPORTED when ZCMPTYPE is another algorithm.
 * @throws FITS_INVALID when the algorithm's parameters are out of range.
 */
export function tileDecoderOf(header: Header, bitpix: Bitpix): TileDecoder {
  const name = header.getString('ZCMPTYPE')?.trim()
  const factory = DECODERS.get(name ?? '')
  if (factory) return factory(header, bitpix)
  if (name === undefined) throw invalid('the compressed image has no ZCMPTYPE', { keyword: 'ZCMPTYPE' })
  const known = [...DECODERS.keys()].filter((key) => key !== 'RICE_ONE').join(', ')
  throw unsupported(
    `the image is compressed with ${name.slice(0, 40)}; this reader knows ${known}: uncompress it with funpack first`,
    { keyword: 'ZCMPTYPE', value: name.slice(0, 40) },
  )
}

/**
 * The value of an algorithm's parameter: the ZVALi whose ZNAMEi is `name`.
 *
 * Old files have values without names: there the parameter of this `place` counts.
 */
function parameter(
  header: Header,
  name: string,
  place: number,
  range: { min: number; max: number; fallback: number },
): number {
  if (!header.has('ZNAME1')) return requireInteger(header, `ZVAL${place}`, range)
  for (let i = 1; header.has(`ZNAME${i}`); i++) {
    if (header.getString(`ZNAME${i}`)?.toUpperCase() === name) return requireInteger(header, `ZVAL${i}`, range)
  }
  return range.fallback
}

function riceDecoder(header: Header, bitpix: Bitpix): TileDecoder {
  const coding = riceCodingOf(header)
  const decoder: TileDecoder = {
    rice: coding,
    decode(bytes, into) {
      decodeRice(bytes, into, coding)
      return into
    },
    decodeFloats(bytes, quantization, into, signal) {
      if (into.length > LARGE_PIXELS) return decodeLarge(bytes, coding, quantization, into, signal)
      const isWhole = pixelKernels(into.length).decodeRiceFloats(bytes, coding, quantization, into)
      if (!isWhole) throw riceTruncated(bytes.length, into.length)
    },
    maxPixels: (bytes, tiles) => maxRicePixels(bytes, tiles, coding),
  }
  // Integers of 32 bits that come to be float32 are rounded before they are scaled, too: no pixel of 8 or 16 bits needs so many.
  if (coding.bytepix === 4 && (bitpix === 8 || bitpix === 16)) return decoder
  return {
    ...decoder,
    decodeScaled(bytes, scale, into, signal) {
      if (into.length > LARGE_PIXELS) return decodeLarge(bytes, coding, scale, into, signal)
      const isWhole = pixelKernels(into.length).decodeRiceScaled(bytes, coding, scale, into)
      if (!isWhole) throw riceTruncated(bytes.length, into.length)
    },
  }
}

/** Others have their turn between the parts of a tile, and a signal ends it there. */
async function decodeLarge(
  bytes: Uint8Array,
  coding: RiceCoding,
  values: Quantization | PixelScale,
  into: Samples,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parts = decodeRiceParts(bytes, coding, values, into)
  for (;;) {
    const { done, value } = parts.next()
    if (done && !value) throw riceTruncated(bytes.length, into.length)
    if (done) return
    await setImmediate()
    signal?.throwIfAborted()
  }
}

function riceCodingOf(header: Header): RiceCoding {
  const blocksize = parameter(header, 'BLOCKSIZE', 1, { min: 1, max: MAX_BLOCKSIZE, fallback: 32 })
  const bytepix = parameter(header, 'BYTEPIX', 2, { min: 1, max: 8, fallback: 4 })
  if (bytepix === 8) throw unsupported('the image is Rice-coded with BYTEPIX = 8, for which there is no decoder')
  if (bytepix !== 1 && bytepix !== 2 && bytepix !== 4) throw invalid(`BYTEPIX is ${bytepix}, but must be 1, 2 or 4`)
  return { bytepix, blocksize }
}

function gzipDecoder(header: Header, bitpix: Bitpix): TileDecoder {
  return gzipTileDecoder(bitpix, header.getString('ZCMPTYPE')?.trim() === 'GZIP_2')
}

/** The decoder of tiles in the column GZIP_COMPRESSED_DATA, whatever the image's algorithm is. */
export function gzipTileDecoder(bitpix: Bitpix, isShuffled = false): TileDecoder {
  const options = { pixelBytes: Math.abs(bitpix) / 8, isShuffled }
  return {
    decode: (bytes, into) => decodeGzip(bytes, into.length, options),
    maxPixels: (bytes) => Math.ceil((bytes * GZIP_RATIO) / Math.min(4, options.pixelBytes)),
  }
}

function plioDecoder(header: Header, bitpix: Bitpix): TileDecoder {
  const offset = bitpix === 16 && header.getNumber('BZERO') === UINT16_ZERO ? UINT16_ZERO : 0
  return {
    decode(bytes, into) {
      decodePlio(bytes, into)
      if (offset !== 0) for (let i = 0; i < into.length; i++) into[i] = into[i]! - offset
      return into
    },
    maxPixels: maxPlioPixels,
  }
}

function hcompressDecoder(header: Header, bitpix: Bitpix): TileDecoder {
  const isSmooth = parameter(header, 'SMOOTH', 2, { min: -1, max: 2 ** 31 - 1, fallback: 0 }) !== 0
  return {
    decode(bytes, into) {
      decodeHcompress(bytes, isSmooth, into)
      clampTo(into, bitpix)
      return into
    },
    maxPixels: (bytes) => FLAT_PIXELS + bytes * FLAT_PIXELS_A_BYTE,
  }
}

/** A lossy compression may leave the range of the pixels' type. */
function clampTo(values: Int32Array, bitpix: Bitpix): void {
  if (bitpix !== 8 && bitpix !== 16) return
  const [lowest, highest] = bitpix === 8 ? [0, 255] : [-32_768, 32_767]
  for (let i = 0; i < values.length; i++) values[i] = Math.max(lowest, Math.min(values[i]!, highest))
}

function copyDecoder(_: Header, bitpix: Bitpix): TileDecoder {
  return {
    decode: (bytes, into) => integersOf(Uint8Array.from(bytes), into.length),
    maxPixels: (bytes) => Math.ceil((bytes * 8) / Math.min(32, Math.abs(bitpix))),
  }
}
