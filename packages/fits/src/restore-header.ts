import { Card } from './card.js'
import { Header } from './header.js'
import { cardOf, type HeaderEntry } from './parse-cards.js'
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

/** How all keywords begin of cards that are left out, replaced, or put first: the others need no closer look. */
const MAY_CHANGE = /^(?:SIMPLE|XTENSION|EXTNAME|BITPIX|NAXIS|PCOUNT|GCOUNT|CHECKSUM|DATASUM|T|Z)/

const TABLE_STRUCTURE = /^(?:XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|CHECKSUM|DATASUM)$/

/**
 * The header an image had before it was compressed, from the header of the table it is stored in.
 *
 * The structure is the image's own (ZBITPIX has become BITPIX, and so on), and the keywords of the table and of the compression are gone:
 * what funpack makes of it, but for new checksums. Where the header does not say whether the image was primary, it is an IMAGE extension.
 */
export function restoreHeader(stored: Header): Header {
  const first: HeaderEntry[] = []
  const rest: HeaderEntry[] = []
  const has = (wanted: string) => [first, rest].some((entries) => entries.some(({ keyword }) => keyword === wanted))
  for (const entry of stored.entries) {
    const restored = restoredEntry(entry)
    if (restored !== undefined) (isMandatory(restored) ? first : rest).push(restored)
  }
  if (!has('SIMPLE') && !has('XTENSION')) first.push(new Card('XTENSION', 'IMAGE', { comment: 'Image extension' }))
  if (has('XTENSION')) first.push(...EXTENSION.filter(({ keyword }) => !has(keyword)))
  first.sort((a, b) => rankOf(a) - rankOf(b))
  return Header.ofEntries([...first, ...rest])
}

/** What becomes of a card; undefined where it is left out. */
function restoredEntry(entry: HeaderEntry): HeaderEntry | undefined {
  if (entry.isCommentary || !MAY_CHANGE.test(entry.keyword)) return entry
  if (TABLE_STRUCTURE.test(entry.keyword)) return undefined
  const card = cardOf(entry)
  return restoredCard(card) ?? (isCompressionCard(card) ? undefined : card)
}

function restoredCard(card: Card): Card | undefined {
  const axis = /^ZNAXIS(\d+)$/.exec(card.keyword)
  const keyword = axis ? `NAXIS${axis[1]}` : RESTORED.get(card.keyword)
  return keyword === undefined ? undefined : new Card(keyword, card.value, { comment: card.comment })
}

function isMandatory({ keyword, isCommentary }: HeaderEntry): boolean {
  return !isCommentary && MAY_CHANGE.test(keyword) && (ORDER.includes(keyword) || /^NAXIS\d+$/.test(keyword))
}

function rankOf({ keyword }: HeaderEntry): number {
  const rank = ORDER.indexOf(keyword)
  if (rank < 0) return FIRST_AFTER_AXES + Number(keyword.slice(5))
  return rank < FIRST_AFTER_AXES ? rank : 10_000 + rank
}
