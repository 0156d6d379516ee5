import { AsciiTable } from './ascii-table.js'
import { BinaryTable } from './binary-table.js'
import { CompressedImage, type CompressedImageParts } from './compressed-image.js'
import { CompressedTable } from './compressed-table.js'
import { type FitsError, isFitsError, truncated, unsupported } from './errors.js'
import type { FitsSource } from './fits-source.js'
import { Hdu, type HduParts } from './hdu.js'
import { kindOf, layoutOf, requireAxes, requireBitpix } from './hdu-layout.js'
import { BLOCK_LENGTH, Header } from './header.js'
import { PlainImage } from './plain-image.js'
import { type HeaderAt, HeaderReader } from './read-header.js'
import type { SharedRoom } from './shared-room.js'

/** The most HDUs a file may have. */
const MAX_HDUS = 65_536

/** How far to walk, and what the HDUs are told. */
export interface WalkOptions {
  /** How many HDUs, from the first on; all by default. */
  readonly count?: number | undefined
  readonly maxTileBytes?: number | undefined
  /** What compressed images keep decoded tiles in. */
  readonly room: SharedRoom
  /** The first bytes of the file, as far as they were read already. */
  readonly start?: Uint8Array
  /** Whether no HDU behind this one is asked for. */
  readonly isWanted?: ((hdu: Hdu) => boolean) | undefined
}

/**
 * The HDUs of a file that begins with SIMPLE, by reading their headers one after the other.
 *
 * Ends after `count` of them, or the first that is wanted, at the file's end, at bytes that begin no extension, or with an HDU that is cut, or so malformed that nobody
 * knows where the next one begins: it is listed with its error. Of a file that is inflated, whether the data of the last of `count` are there is left open.
 *
 * @throws FITS_TRUNCATED, FITS_INVALID when the first header cannot be read.
 */
export async function walkHdus(source: FitsSource, options: WalkOptions): Promise<Hdu[]> {
  const { count = Number.POSITIVE_INFINITY, maxTileBytes, room, start, isWanted } = options
  const hdus: Hdu[] = []
  const headers = new HeaderReader(source, start)
  for (let offset = 0; offset === 0 || (await headers.beginsExtension(offset)); ) {
    if (hdus.length >= MAX_HDUS) throw unsupported(`the file has more than ${MAX_HDUS} HDUs; split it`, { offset })
    const isLast = hdus.length + 1 >= count
    const { hdu, isPassable } = await readHdu({ source, headers, isLast, maxTileBytes, room }, hdus.length, offset)
    hdus.push(hdu)
    if (!isPassable || isLast || isWanted?.(hdu)) break
    offset = hdu.dataOffset + Math.ceil(hdu.dataLength / BLOCK_LENGTH) * BLOCK_LENGTH
  }
  return hdus
}

/** What one step of the walk reads from. */
interface Step {
  readonly source: FitsSource
  readonly headers: HeaderReader
  /** Whether no HDU behind this one is asked for. */
  readonly isLast: boolean
  readonly maxTileBytes: number | undefined
  readonly room: SharedRoom
}

/** An HDU, and whether it is known where the next one begins. */
interface Found {
  readonly hdu: Hdu
  readonly isPassable: boolean
}

async function readHdu(step: Step, index: number, offset: number): Promise<Found> {
  const { source, maxTileBytes, room } = step
  let at: HeaderAt
  let dataLength = 0
  let isPassable = false
  try {
    at = await step.headers.read(offset)
    const { axes, ...layout } = layoutOf(at.header)
    const error = await dataError(step, at.end, layout.dataLength)
    if (!error) {
      dataLength = layout.dataLength
      isPassable = true
    }
    const hdu = makeHdu({
      ...{ source, index, ...layout, storedHeader: at.header, headerOffset: offset, dataOffset: at.end },
      ...{ shape: [...axes].reverse(), maxTileBytes, room },
      ...(error ? { error } : {}),
    })
    return { hdu, isPassable }
  } catch (error) {
    if (index === 0 || !isFitsError(error) || error.code === 'FITS_CLOSED') throw error
    at ??= { header: new Header(), end: source.size }
    return { hdu: brokenHdu({ source, index, headerOffset: offset, at, dataLength, error }), isPassable }
  }
}

function makeHdu(parts: CompressedImageParts): Hdu {
  const { kind, storedHeader } = parts
  if (kind === 'primary' || kind === 'image') return new PlainImage(parts)
  if (kind === 'bintable' && storedHeader.get('ZTABLE') === true) return new CompressedTable(parts)
  if (kind === 'bintable') return new BinaryTable(parts)
  if (kind === 'table') return new AsciiTable(parts)
  if (kind !== 'compressed-image') return new Hdu(parts)
  return new CompressedImage({
    ...parts,
    bitpix: requireBitpix(storedHeader, 'ZBITPIX'),
    shape: requireAxes(storedHeader, 'ZNAXIS').reverse(),
  })
}

/** Why the data cannot be there, or, where there are none, the block that their header ends with. */
async function dataError({ source, isLast }: Step, offset: number, length: number): Promise<FitsError | undefined> {
  try {
    if ((isLast && source.isInflated) || (await source.reaches(offset + length))) return undefined
  } catch (error) {
    if (isFitsError(error) && error.code !== 'FITS_CLOSED') return error
    throw error
  }
  const { size } = source
  const what =
    size < offset
      ? `a header should end at byte ${offset}, but the file ends at byte ${size}`
      : `${length} bytes of data should follow byte ${offset}, and ${size - offset} do`
  return truncated(`the file is cut: ${what}; fetch it again`, { offset: size })
}

/** What is known of an HDU that is malformed. */
interface BrokenParts extends Pick<HduParts, 'source' | 'index' | 'headerOffset' | 'dataLength'> {
  readonly at: HeaderAt
  readonly error: FitsError
}

/** An HDU of which nothing can be read but what its header may say of itself. */
function brokenHdu({ at, ...parts }: BrokenParts): Hdu {
  const kind = at.header.length === 0 ? 'other' : kindOf(at.header)
  return new Hdu({ ...parts, kind, storedHeader: at.header, bitpix: 8, shape: [], dataOffset: at.end })
}
