import { invalid, unsupported } from './errors.js'
import type { Header } from './header.js'
import { requireInteger } from './require-integer.js'
import { decodeRice, minRiceBytes, type RiceOptions } from './rice.js'

/** Undoes one compression algorithm for tiles of integers. */
export interface TileDecoder {
  /** Fills `into`, which has the length of the tile, from the compressed bytes, which are only read. */
  decode(bytes: Uint8Array, into: Int32Array): void
  /** The most pixels that so many compressed bytes can hold. */
  maxPixels(bytes: number): number
}

/** Makes the decoder of one image from the header of its table. */
type TileDecoderFactory = (header: Header) => TileDecoder

/** The largest Rice block: the standard has 16 and 32. It bounds what a few bytes can claim to hold. */
const MAX_BLOCKSIZE = 256

/** The algorithms that can be undone, by the value of ZCMPTYPE. */
const DECODERS: ReadonlyMap<string, TileDecoderFactory> = new Map([
  ['RICE_1', riceDecoder],
  ['RICE_ONE', riceDecoder],
])

/**
 * The decoder that a compressed image's header asks for.
 *
 * @throws FITS_UNSUPPORTED when ZCMPTYPE is another algorithm.
 * @throws FITS_INVALID when the algorithm's parameters are out of range.
 */
export function tileDecoderOf(header: Header): TileDecoder {
  const name = header.getString('ZCMPTYPE')
  const factory = DECODERS.get(name ?? '')
  if (factory) return factory(header)
  if (name === undefined) throw invalid('the compressed image has no ZCMPTYPE', { keyword: 'ZCMPTYPE' })
  const known = [...DECODERS.keys()].filter((key) => key !== 'RICE_ONE').join(', ')
  throw unsupported(
    `the image is compressed with ${name.slice(0, 40)}; this reader knows ${known}: uncompress it with funpack first`,
    { keyword: 'ZCMPTYPE', value: name.slice(0, 40) },
  )
}

/** The value of an algorithm's parameter: the ZVALi whose ZNAMEi is `name`. */
function parameter(header: Header, name: string, range: { min: number; max: number; fallback: number }): number {
  for (let i = 1; header.has(`ZNAME${i}`); i++) {
    if (header.getString(`ZNAME${i}`)?.toUpperCase() === name) return requireInteger(header, `ZVAL${i}`, range)
  }
  return range.fallback
}

function riceDecoder(header: Header): TileDecoder {
  const blocksize = parameter(header, 'BLOCKSIZE', { min: 1, max: MAX_BLOCKSIZE, fallback: 32 })
  const bytepix = parameter(header, 'BYTEPIX', { min: 1, max: 8, fallback: 4 })
  if (bytepix === 8) throw unsupported('the image is Rice-coded with BYTEPIX = 8, for which there is no decoder')
  if (bytepix !== 1 && bytepix !== 2 && bytepix !== 4) throw invalid(`BYTEPIX is ${bytepix}, but must be 1, 2 or 4`)
  const options: RiceOptions = { bytepix, blocksize }
  const bytesPerMillion = minRiceBytes(1_000_000, options) - bytepix
  return {
    decode: (bytes, into) => decodeRice(bytes, into, options),
    maxPixels: (bytes) => Math.ceil((bytes / bytesPerMillion) * 1_000_000) + blocksize,
  }
}
