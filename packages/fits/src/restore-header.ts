import { Card } from './card.js'
import { Header } from './header.js'
import { isCompressionCard } from './strip-header.js'

/** The keywords that keep the image's own structure in the table's header, and what they are in the image's (FITS 4.0, section 10.1.2). */
const RESTORED: ReadonlyMap<string, string> = new Map([
  ['ZSIMPLE', 'SIMPLE'],
  ['ZTENSION', 'XTENSION'],
  ['ZBITPIX', 'BITPIX'],
  ['ZNAXIS', 'NAXIS'],
  ['ZPCOUNT', 'PCOUNT'],
  ['ZGCOUNT', 'GCOUNT'],
  ['ZEXTEND', 'EXTEND'],
  ['ZBLOCKED', 'BLOCKED'],
  ['ZHECKSUM', 'CHECKSUM'],
  ['ZDATASUM', 'DATASUM'],
])

/** The order in which mandatory keywords come first; the axes are before the last two. */
const ORDER = ['SIMPLE', 'XTENSION', 'BITPIX', 'NAXIS', 'PCOUNT', 'GCOUNT']
const FIRST_AFTER_AXES = ORDER.indexOf('PCOUNT')

/** What an extension must have, where the table does not say what the image had. */
const EXTENSION = [
  new Card('PCOUNT', 0, { comment: 'required keyword; must = 0' }),
  new Card('GCOUNT', 1, { comment: 'required keyword; must = 1' }),
]

const TABLE_STRUCTURE = /^(?:XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|CHECKSUM|DATASUM)$/

/**
 * The header an image had before it was compressed, from the header of the table it is stored in.
 *
 * The structure is the image's own (ZBITPIX has become BITPIX, and so on), and the keywords of the table and of the compression are gone:
 * what funpack makes of it, but for new checksums. Where the header does not say whether the image was primary, it is an IMAGE extension.
 */
export function restoreHeader(stored: Header): Header {
  const own = stored.cards.filter((card) => card.isCommentary || !TABLE_STRUCTURE.test(card.keyword))
  const cards = own.flatMap((card) => restoredCard(card) ?? (isCompressed(card) ? [] : [card]))
  const hasStart = cards.some(({ keyword }) => keyword === 'SIMPLE' || keyword === 'XTENSION')
  if (!hasStart) cards.push(new Card('XTENSION', 'IMAGE', { comment: 'Image extension' }))
  const isExtension = cards.some(({ keyword }) => keyword === 'XTENSION')
  for (const card of EXTENSION) {
    if (isExtension && !cards.some(({ keyword }) => keyword === card.keyword)) cards.push(card)
  }
  const first = cards.filter(isMandatory).sort((a, b) => rankOf(a) - rankOf(b))
  return new Header([...first, ...cards.filter((card) => !isMandatory(card))])
}

function isCompressed(card: Card): boolean {
  return !card.isCommentary && isCompressionCard(card)
}

function restoredCard(card: Card): Card | undefined {
  if (card.isCommentary) return undefined
  const axis = /^ZNAXIS(\d+)$/.exec(card.keyword)
  const keyword = axis ? `NAXIS${axis[1]}` : RESTORED.get(card.keyword)
  return keyword === undefined ? undefined : new Card(keyword, card.value, { comment: card.comment })
}

function isMandatory(card: Card): boolean {
  return !card.isCommentary && (ORDER.includes(card.keyword) || /^NAXIS\d+$/.test(card.keyword))
}

function rankOf({ keyword }: Card): number {
  const rank = ORDER.indexOf(keyword)
  if (rank < 0) return FIRST_AFTER_AXES + Number(keyword.slice(5))
  return rank < FIRST_AFTER_AXES ? rank : 10_000 + rank
}
