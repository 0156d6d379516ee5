import { Blob } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import type { ByteSource } from './byte-source.js'
import { notFitsError } from './describe-bytes.js'
import { fileSource, handleSource } from './file-source.js'
import { Fits } from './fits.js'
import { type GunzipOptions, GunzipSource, isGzip } from './gunzip-source.js'
import { blobSource, memorySource } from './memory-source.js'
import { walkHdus } from './walk-hdus.js'

/** What a FITS file can be read from: a path, an open file, a Blob, the bytes themselves, or a `ByteSource`. */
export type FitsInput = string | FileHandle | Blob | Uint8Array | ByteSource

/** How to open a FITS file. */
export interface OpenFitsOptions extends GunzipOptions {
  /** How many HDUs to list, from the first on; all by default. For a look into a gzip file, of which no more than these headers is inflated. */
  readonly count?: number
  /**
   * The most bytes that a tile of a compressed image, or the rows of a column that were compressed together, may become; by default 64 MiB, or
   * 64 times its own length where that is more.
   */
  readonly maxTileBytes?: number | undefined
}

/**
 * Opens a FITS file and lists its HDUs.
 *
 * Only the headers are read. A path is opened, and closed with the file; bytes are used where they are; what is handed in open stays its
 * owner's to close, after the file. Missing padding at the end and bytes after the last HDU are no error; an HDU that is cut or malformed
 * is listed with its `error`.
 *
 * A file that begins like gzip is inflated, whatever its name is: to the end of the last HDU that is listed, or of its header where `count`
 * was reached; once, into memory and beyond 32 MiB into a temporary file that goes when the file is closed.
 *
 * @throws FITS_NOT_FITS when the bytes are something else, which the message names.
 * @throws FITS_UNSUPPORTED when the file is compressed as a whole otherwise, or becomes too large; the message says how to unpack it.
 * @throws FITS_TRUNCATED, FITS_INVALID when the very first header cannot be read, or a gzip stream is broken behind the last HDU.
 * @example
 * await using fits = await openFits('m13.fits')
 * console.log(fits.hdus.map((hdu) => `${hdu.index} ${hdu.kind} ${hdu.extname} ${hdu.shape.join('x')}`))
 */
export async function openFits(input: FitsInput, options: OpenFitsOptions = {}): Promise<Fits> {
  const { count = Number.POSITIVE_INFINITY } = options
  if (!(count >= 1)) throw new TypeError(`count is ${count}, but at least one HDU must be listed`)
  const isPath = typeof input === 'string'
  const name = isPath ? input : 'the file'
  const raw = await sourceOf(input)
  let source = raw
  try {
    if (isGzip(await startOf(raw))) source = new GunzipSource(raw, options, isPath ? () => raw.close() : undefined)
    const start = await startOf(source)
    if (Buffer.from(start).toString('latin1', 0, 9) !== 'SIMPLE  =') {
      throw notFitsError(start, source === raw ? name : `what ${name} inflates to`)
    }
    const hdus = await walkHdus(source, { count, maxTileBytes: options.maxTileBytes })
    return new Fits(hdus, source, isPath || source !== raw)
  } catch (error) {
    if (isPath || source !== raw) await source.close()
    throw error
  }
}

async function sourceOf(input: FitsInput): Promise<ByteSource> {
  if (typeof input === 'string') return fileSource(input)
  if (input instanceof Uint8Array) return memorySource(input)
  if (input instanceof Blob) return blobSource(input)
  return 'fd' in input ? handleSource(input) : input
}

async function startOf(source: ByteSource): Promise<Uint8Array> {
  const start = new Uint8Array(Math.min(80, source.size))
  return start.subarray(0, await source.read(0, start))
}
