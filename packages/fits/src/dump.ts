import { CompressedTable } from './compressed-table.js'
import { type DumpGroups, dumpGroups } from './dump-groups.js'
import { type DumpImage, type DumpRaw, dumpImage, dumpRaw } from './dump-image.js'
import { type DumpValue, dumpValue } from './dump-numbers.js'
import { type DumpError, type DumpTable, dumpError, dumpTable } from './dump-table.js'
import type { Hdu } from './hdu.js'
import type { HduKind } from './hdu-layout.js'
import { BLOCK_LENGTH, type Header } from './header.js'
import { ImageHdu } from './image-hdu.js'
import { openFits } from './open-fits.js'
import { PlainImage } from './plain-image.js'
import { TableHdu } from './table-hdu.js'
import { type Checksums, verifyChecksums } from './verify-checksums.js'

export type { DumpGroups } from './dump-groups.js'
export type { DumpImage, DumpRaw } from './dump-image.js'
export type { DumpNumber, DumpValue } from './dump-numbers.js'
export type { DumpColumn, DumpError, DumpTable } from './dump-table.js'

/** A card: its keyword, its value, and its comment; of commentary the comment is null. */
export type DumpCard = readonly [string, DumpValue | { readonly unparsable: string }, string | null]

/** What is said of an HDU. */
export interface DumpHdu {
  readonly index: number
  readonly kind: HduKind
  readonly extname: string
  readonly extver: number
  readonly bitpix: number
  readonly shape: readonly number[]
  readonly hdrOffset: number
  readonly dataOffset: number
  /** Bytes of data with their padding. */
  readonly dataSpan: number
  /** The header as it is stored. */
  readonly cards: readonly DumpCard[]
  /** Of a compressed image: the header of the image. */
  readonly logicalCards?: readonly DumpCard[]
  readonly error?: DumpError
  readonly checksum?: Checksums
  readonly image?: DumpImage | { readonly error: DumpError }
  readonly raw?: DumpRaw
  readonly groups?: DumpGroups
  readonly table?: DumpTable | { readonly error: DumpError }
}

/** All that a FITS file says, in a form that other readers of FITS can be compared with: `fits-dump/1`. */
export interface FitsDump {
  /** Why the file cannot be opened. */
  readonly error?: DumpError
  readonly hdus?: readonly DumpHdu[]
}

/**
 * All that a FITS file says, as JSON: its HDUs with their cards, and a hash of every image and column.
 *
 * What is wrong with the file is in the dump: with the whole, with an HDU, an image, a table or a column.
 */
export async function dump(path: string): Promise<FitsDump> {
  try {
    await using fits = await openFits(path)
    const hdus: DumpHdu[] = []
    for (const hdu of fits.hdus) hdus.push(await dumpHdu(hdu))
    return { hdus }
  } catch (error) {
    return { error: dumpError(error) }
  }
}

/** Of a compressed table the one it is stored in. */
async function dumpHdu(listed: Hdu): Promise<DumpHdu> {
  const hdu = listed instanceof CompressedTable ? listed.stored : listed
  const { index, kind, extname, extver, bitpix, shape, headerOffset, dataOffset, dataLength, error } = hdu
  return {
    ...{ index, kind, extname, extver, bitpix, shape, hdrOffset: headerOffset, dataOffset },
    dataSpan: Math.ceil(dataLength / BLOCK_LENGTH) * BLOCK_LENGTH,
    cards: dumpCards(hdu.storedHeader),
    ...(kind === 'compressed-image' ? { logicalCards: dumpCards(hdu.header) } : {}),
    ...(error ? { error: dumpError(error) } : { checksum: await verifyChecksums(hdu) }),
    ...(hdu instanceof ImageHdu && shape.length > 0 ? { image: await orError(() => dumpImage(hdu)) } : {}),
    ...(hdu instanceof PlainImage && hdu.hasData && !error ? { raw: await dumpRaw(hdu) } : {}),
    ...(kind === 'groups' && !error ? await groupsOf(hdu) : {}),
    ...(hdu instanceof TableHdu ? { table: await orError(() => dumpTable(hdu)) } : {}),
  }
}

async function groupsOf(hdu: Hdu): Promise<Pick<DumpHdu, 'groups'>> {
  const groups = await dumpGroups(hdu)
  return groups === undefined ? {} : { groups }
}

async function orError<Result>(work: () => Promise<Result>): Promise<Result | { error: DumpError }> {
  try {
    return await work()
  } catch (error) {
    return { error: dumpError(error) }
  }
}

function dumpCards(header: Header): DumpCard[] {
  return header.cards.map(({ keyword, value, comment, isCommentary, problem }) => [
    keyword,
    problem === undefined ? dumpValue(value) : { unparsable: problem },
    isCommentary ? null : comment,
  ])
}
