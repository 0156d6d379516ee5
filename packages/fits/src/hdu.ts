import { abortable } from './abortable.js'
import { checkOptions } from './check-arguments.js'
import { type FitsError, truncated, wrongArgument } from './errors.js'
import type { FitsSource } from './fits-source.js'
import type { HduKind } from './hdu-layout.js'
import { BLOCK_LENGTH, type Header } from './header.js'
import { CHUNK_BYTES } from './read-bytes.js'
import { showValue } from './show-value.js'

/** What is known of an HDU when the file has been walked. */
export interface HduParts {
  readonly source: FitsSource
  readonly index: number
  readonly kind: HduKind
  readonly storedHeader: Header
  readonly bitpix: number
  readonly shape: readonly number[]
  readonly headerOffset: number
  readonly dataOffset: number
  readonly dataLength: number
  readonly error?: FitsError | undefined
  /** The most bytes that a compressed tile may become: see `OpenFitsOptions`. */
  readonly maxTileBytes?: number | undefined
}

/** How to read stored bytes. */
export interface StoredBytesOptions {
  /** Ends the reading between two pieces; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** A header-and-data unit of a file: what it holds, and where. Its data are read on demand by its subclasses. */
export class Hdu {
  /** Its place in the file; the primary HDU is 0. */
  readonly index: number
  readonly kind: HduKind
  /** The header as the file holds it. */
  readonly storedHeader: Header
  /** The type of the pixels: bits of an integer, or minus the bits of a float; 8 for tables. */
  readonly bitpix: number
  /** Lengths of the axes, the slowest first (a 2-D image: rows, columns); empty without data. */
  readonly shape: readonly number[]
  /** The byte of the file its header begins at. */
  readonly headerOffset: number
  /** The byte of the file its data begin at. */
  readonly dataOffset: number
  /** Bytes of data, without padding. */
  readonly dataLength: number
  /** Why its data cannot be read, undefined where they can: they are cut (`FITS_TRUNCATED`) or its header is malformed (`FITS_INVALID`). */
  readonly error: FitsError | undefined
  protected readonly source: FitsSource

  constructor(parts: HduParts) {
    this.index = parts.index
    this.kind = parts.kind
    this.storedHeader = parts.storedHeader
    this.bitpix = parts.bitpix
    this.shape = parts.shape
    this.headerOffset = parts.headerOffset
    this.dataOffset = parts.dataOffset
    this.dataLength = parts.dataLength
    this.error = parts.error
    this.source = parts.source
  }

  /** The header that describes the data; of a compressed image that of the image itself. */
  get header(): Header {
    return this.storedHeader
  }

  /**
   * The bytes of the HDU's header or of its data as the file holds them, with the padding behind them, in pieces of up to 4 MB. Each piece is
   * the caller's. Padding that the file lacks is not made up for.
   *
   * @throws FITS_TRUNCATED when the data are cut, FITS_CLOSED when the file was closed, FITS_ARGUMENT for another part.
   */
  async *storedBytes(part: 'header' | 'data', options: StoredBytesOptions = {}): AsyncGenerator<Uint8Array, void> {
    checkOptions(options)
    if (part !== 'header' && part !== 'data') {
      throw wrongArgument(`${showValue(part)} is no part of an HDU; ask for 'header' or 'data'`)
    }
    const isHeader = part === 'header'
    const start = isHeader ? this.headerOffset : this.dataOffset
    const end = isHeader ? this.dataOffset : start + Math.ceil(this.dataLength / BLOCK_LENGTH) * BLOCK_LENGTH
    const least = isHeader ? start : start + this.dataLength
    for (let at = start; at < end; at += CHUNK_BYTES) {
      const piece = new Uint8Array(Math.min(CHUNK_BYTES, end - at))
      const read = await abortable(options.signal, () => this.source.read(at, piece))
      if (at + read < Math.min(least, at + piece.length)) throw cutError(at + read, least)
      if (read > 0) yield piece.subarray(0, read)
      if (read < piece.length) return
    }
  }

  /**
   * Up to `length` bytes of the file behind the data: their padding, and then what follows the HDU. For checks.
   *
   * @internal
   */
  async bytesBehind(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, await this.source.read(this.dataOffset + this.dataLength, bytes))
  }

  /** The name, EXTNAME; `''` without one. */
  get extname(): string {
    return this.storedHeader.getString('EXTNAME') ?? ''
  }

  /** The version among HDUs of one name, EXTVER; 1 without one. */
  get extver(): number {
    return this.storedHeader.getInteger('EXTVER') ?? 1
  }
}

function cutError(offset: number, end: number): FitsError {
  return truncated(`the file ends at byte ${offset}, but data are announced up to byte ${end}; fetch it again`, {
    offset,
  })
}
