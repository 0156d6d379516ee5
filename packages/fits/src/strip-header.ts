import type { Card } from './card.js'
import type { Header } from './header.js'

/** Keywords that say how a file is laid out, and so describe another file's data: exact names. */
const LAYOUT = new Set(
  'SIMPLE XTENSION BITPIX NAXIS EXTEND BLOCKED PCOUNT GCOUNT GROUPS BSCALE BZERO BLANK DATAMIN DATAMAX INHERIT CHECKSUM DATASUM END'.split(
    ' ',
  ),
)

const NUMBERED_AXIS = /^NAXIS\d+$/

/** Keywords of the binary table a compressed image is stored in. */
const TABLE = /^(?:TFIELDS|THEAP|T(?:TYPE|FORM|UNIT|NULL|SCAL|ZERO|DISP|BCOL|DIM)\d+)$/

/** Keywords of the tile compression (FITS 4.0, section 10.1.2). */
const COMPRESSION =
  /^Z(?:IMAGE|TABLE|TENSION|BITPIX|NAXIS\d*|TILE\d+|TILELEN|CMPTYPE|NAME\d+|VAL\d+|FORM\d+|CTYP\d+|QUANTIZ|DITHER0|BLANK|SCALE|ZERO|MASKCMP|SIMPLE|EXTEND|BLOCKED|THEAP|PCOUNT|GCOUNT|HECKSUM|DATASUM)$/

/**
 * A header for new pixels: without what describes the layout, scaling, compression and checksums of the old ones.
 *
 * Gone are the structural keywords, BSCALE, BZERO, BLANK, DATAMIN and DATAMAX, checksums, all keywords of tile compression and of the
 * table it is stored in, and the EXTNAME that such a table gets by default. All else stays, in its order.
 */
export function stripHeader(header: Header): Header {
  return header.filter((card) => card.isCommentary || !isLayoutCard(card))
}

/** Whether the card belongs to the binary table that a compressed image is stored in, or to the compression. */
export function isCompressionCard({ keyword, value }: Card): boolean {
  return COMPRESSION.test(keyword) || TABLE.test(keyword) || (keyword === 'EXTNAME' && value === 'COMPRESSED_IMAGE')
}

function isLayoutCard(card: Card): boolean {
  return LAYOUT.has(card.keyword) || NUMBERED_AXIS.test(card.keyword) || isCompressionCard(card)
}
