import { abortable } from './abortable.js'
import { checkLimit, checkOptions } from './check-arguments.js'
import { notFitsError } from './describe-bytes.js'
import { wrongArgument } from './errors.js'
import { Fits } from './fits.js'
import { type FitsInput, sourceOfInput } from './fits-input.js'
import { FitsSource } from './fits-source.js'
import { type GunzipOptions, GunzipSource, type InflatedRoom, isGzip } from './gunzip-source.js'
import type { Hdu } from './hdu.js'
import type { ReadOptions } from './image-hdu.js'
import { FIRST_READ } from './read-header.js'
import { SharedRoom } from './shared-room.js'
import { showValue } from './show-value.js'
import { type WalkOptions, walkHdus } from './walk-hdus.js'

/** What a file may take to read, and what ends the reading. */
export interface ReadLimits extends GunzipOptions, ReadOptions {
  /**
   * The most bytes that a tile of a compressed image, or the rows of a column that were compressed together, may become; by default 64 MiB, or
   * 64 times its own length where that is more.
   */
  readonly maxTileBytes?: number | undefined
}

/** What the compressed images of a file keep in memory of tiles whose rows are not all read yet; more is in a temporary file. */
const TILES_BYTES = 128 * 1024 * 1024

/** How to open a FITS file. A signal ends the opening; readings of its HDUs have signals of their own. */
export interface OpenFitsOptions extends ReadLimits {
  /** How many HDUs to list, from the first on; all by default. For a look into a gzip file, of which no more than these headers is inflated. */
  readonly count?: number | undefined
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
 * A path that cannot be opened is what the system says of it (`ENOENT`, `EACCES`).
 *
 * @throws FITS_NOT_FITS when the bytes are something else, which the message names.
 * @throws FITS_UNSUPPORTED when the file is compressed as a whole otherwise, or becomes too large; the message says how to unpack it.
 * @throws FITS_TRUNCATED, FITS_INVALID when the very first header cannot be read, or a gzip stream is broken behind the last HDU.
 * @throws FITS_ARGUMENT when the input is nothing that can be read, or an option is wrong; FITS_CLOSED when a handle was closed.
 * @example
 * await using fits = await openFits('m13.fits')
 * console.log(fits.hdus.map((hdu) => `${hdu.index} ${hdu.kind} ${hdu.extname} ${hdu.shape.join('x')}`))
 */
export async function openFits(input: FitsInput, options: OpenFitsOptions = {}): Promise<Fits> {
  return openFitsUntil(input, options)
}

/**
 * Opens a FITS file as `openFits` does, and lists its HDUs up to the first that is wanted.
 *
 * @throws as `openFits`.
 */
export async function openFitsUntil(
  input: FitsInput,
  options: OpenFitsOptions & InflatedRoom,
  isWanted?: (hdu: Hdu) => boolean,
): Promise<Fits> {
  checkOpenOptions(options)
  const { signal } = options
  signal?.throwIfAborted()
  const parts = await sourceOfInput(input)
  const raw = new FitsSource(parts)
  let source = raw
  try {
    return await abortable(signal, async () => {
      let start = await startOf(raw)
      if (isGzip(start)) {
        source = new FitsSource({ ...parts, source: new GunzipSource(raw, options, () => raw.close()), isOwned: true })
        start = await startOf(source)
      }
      if (Buffer.from(start).toString('latin1', 0, 9) !== 'SIMPLE  =') {
        throw notFitsError(start.subarray(0, 80), source === raw ? parts.name : `what ${parts.name} inflates to`)
      }
      return new Fits(await walkHdus(source, { ...walkOptionsOf(options), start, isWanted }), source)
    })
  } catch (error) {
    const closing = source.close()
    // What is under way may never end: an abort does not wait for it.
    if (signal?.aborted) closing.catch(() => undefined)
    else await closing
    throw error
  }
}

function walkOptionsOf({ count, maxTileBytes, temporaryFolder, room }: OpenFitsOptions & InflatedRoom): WalkOptions {
  return { count, maxTileBytes, room: room ?? new SharedRoom(TILES_BYTES, temporaryFolder) }
}

function checkOpenOptions(options: OpenFitsOptions): void {
  checkOptions(options)
  const { count, maxInflatedBytes, maxTileBytes, temporaryFolder } = options
  if (count !== undefined && !(typeof count === 'number' && count >= 1)) {
    throw wrongArgument(`count is ${showValue(count)}, but must be a number of HDUs, at least 1`, { option: 'count' })
  }
  checkLimit('maxInflatedBytes', maxInflatedBytes)
  checkLimit('maxTileBytes', maxTileBytes)
  if (temporaryFolder !== undefined && typeof temporaryFolder !== 'function') {
    throw wrongArgument(`temporaryFolder is ${showValue(temporaryFolder)}, but must be a function that names one`, {
      option: 'temporaryFolder',
    })
  }
}

async function startOf(source: FitsSource): Promise<Uint8Array> {
  const start = new Uint8Array(Math.min(FIRST_READ, source.size))
  return start.subarray(0, await source.read(0, start))
}
