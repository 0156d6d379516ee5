import { gunzipSync } from 'node:zlib'
import { minRiceBytes } from '@datalab/pixels'
import { FitsError, invalid, unsupported } from './errors.js'
import { decodeRice } from './rice.js'
import { swapBytes } from './swap-bytes.js'
import type { ElementCode } from './table-columns.js'

/** How a column of a compressed table was compressed. */
export interface ColumnCompression {
  /** ZCTYPn. */
  readonly algorithm: string
  /** The letter of its elements. */
  readonly code: ElementCode
  /** Its name, for messages. */
  readonly name: string
}

/** The integers that Rice coding knows, and how many of them share a split (FITS 4.0, section 10.4.1). */
const RICE_BYTES: Readonly<Record<string, 1 | 2 | 4>> = { B: 1, I: 2, J: 4 }
const RICE_BLOCK = 32

/** The elements whose bytes GZIP_2 sorts, as cfitsio, which writes such tables, has it: complex ones stay as they are. */
const SHUFFLED_BYTES: Readonly<Record<string, number>> = { I: 2, J: 4, E: 4, K: 8, D: 8 }

/**
 * The bytes of a column's elements, big-endian, one after another, in memory of their own (FITS 4.0, section 10.3).
 *
 * @param bytes The compressed ones; they are only read.
 * @param length How many bytes there must be.
 * @throws FITS_INVALID, FITS_TRUNCATED when they cannot be had; FITS_UNSUPPORTED when the algorithm is unknown.
 */
export function decompressColumn(
  bytes: Uint8Array,
  length: number,
  compression: ColumnCompression,
): Uint8Array<ArrayBuffer> {
  const { algorithm, code, name } = compression
  if (length === 0) return new Uint8Array(0)
  if (algorithm === 'RICE_1') return decompressRice(bytes, length, compression)
  if (algorithm === 'GZIP_1' || algorithm === 'GZIP_2') {
    const inflated = inflate(bytes, length, name)
    const size = algorithm === 'GZIP_2' ? SHUFFLED_BYTES[code] : undefined
    return size === undefined ? inflated : unshuffle(inflated, size)
  }
  if (algorithm === 'NOCOMPRESS' && bytes.length === length) return Uint8Array.from(bytes)
  if (algorithm === 'NOCOMPRESS') throw wrongLength(name, length)
  throw unsupported(
    `column ${name} of the compressed table is compressed with ${algorithm.slice(0, 40) || 'nothing that it names'}; uncompress the file with funpack first`,
    { column: name },
  )
}

function inflate(bytes: Uint8Array, length: number, name: string): Uint8Array<ArrayBuffer> {
  let inflated: Uint8Array
  try {
    inflated = gunzipSync(bytes, { maxOutputLength: length })
  } catch (cause) {
    const message = `column ${name} of the compressed table has a gzip stream that is broken, or holds more than its ${length} bytes`
    throw new FitsError('FITS_INVALID', message, { cause, details: { column: name } })
  }
  if (inflated.length !== length) throw wrongLength(name, length)
  return Uint8Array.from(inflated)
}

function unshuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = bytes.length / size
  const elements = new Uint8Array(bytes.length)
  for (let i = 0; i < size; i++) {
    for (let j = 0, to = i, from = i * count; j < count; j++, to += size) elements[to] = bytes[from + j]!
  }
  return elements
}

function decompressRice(bytes: Uint8Array, length: number, { code, name }: ColumnCompression): Uint8Array<ArrayBuffer> {
  const bytepix = RICE_BYTES[code]
  if (bytepix === undefined) {
    throw invalid(`column ${name} of the compressed table has elements of type ${code}, which are not Rice-coded`, {
      column: name,
    })
  }
  const options = { bytepix, blocksize: RICE_BLOCK }
  if (bytes.length < minRiceBytes(length / bytepix, options)) throw wrongLength(name, length)
  const integers = new Int32Array(length / bytepix)
  decodeRice(bytes, integers, options)
  const narrow = bytepix === 1 ? Uint8Array.from(integers) : bytepix === 2 ? Int16Array.from(integers) : integers
  const elements = new Uint8Array(narrow.buffer, narrow.byteOffset, narrow.byteLength) as Uint8Array<ArrayBuffer>
  swapBytes(elements, bytepix)
  return elements
}

function wrongLength(name: string, length: number): FitsError {
  return invalid(`column ${name} of the compressed table does not hold the ${length} bytes of its rows`, {
    column: name,
  })
}
