import type { ByteSource } from '@datalab/core'
import { notFitsError } from './describe-bytes.js'
import { fileSource } from './file-source.js'
import { Fits } from './fits.js'
import { memorySource } from './memory-source.js'
import { walkHdus } from './walk-hdus.js'

/** What a FITS file can be read from: a path, the bytes themselves, or a `ByteSource`. */
export type FitsInput = string | Uint8Array | ByteSource

/**
 * Opens a FITS file and lists its HDUs.
 *
 * Only the headers are read. A path is opened, and closed with the file; bytes are used where they are; a `ByteSource` stays its owner's to
 * close, after the file. Missing padding at the end and bytes after the last HDU are no error; an HDU that is cut or malformed is listed
 * with its `error`, after sound ones.
 *
 * @throws FITS_NOT_FITS when the bytes are something else, which the message names.
 * @throws FITS_UNSUPPORTED when the file is compressed as a whole; the message says how to unpack it.
 * @throws FITS_TRUNCATED, FITS_INVALID when the very first header cannot be read.
 * @example
 * await using fits = await openFits('m13.fits')
 * console.log(fits.hdus.map((hdu) => `${hdu.index} ${hdu.kind} ${hdu.extname} ${hdu.shape.join('x')}`))
 */
export async function openFits(input: FitsInput): Promise<Fits> {
  const ownsSource = typeof input === 'string'
  const source = await sourceOf(input)
  try {
    await checkStart(source, ownsSource ? input : 'the file')
    return new Fits(await walkHdus(source), source, ownsSource)
  } catch (error) {
    if (ownsSource) await source.close()
    throw error
  }
}

async function sourceOf(input: FitsInput): Promise<ByteSource> {
  if (typeof input === 'string') return fileSource(input)
  return input instanceof Uint8Array ? memorySource(input) : input
}

async function checkStart(source: ByteSource, name: string): Promise<void> {
  const start = new Uint8Array(Math.min(80, source.size))
  const read = await source.read(0, start)
  const text = Buffer.from(start.buffer, 0, read).toString('latin1')
  if (!text.startsWith('SIMPLE  =')) throw notFitsError(start.subarray(0, read), name)
}
