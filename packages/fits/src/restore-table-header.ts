import { Card } from './card.js'
import { Header } from './header.js'

/** Keywords that keep the table's own structure while it is compressed, and what they are in the table (FITS 4.0, section 10.3.1). */
const RESTORED: ReadonlyMap<string, string> = new Map([
  ['ZNAXIS1', 'NAXIS1'],
  ['ZNAXIS2', 'NAXIS2'],
  ['ZPCOUNT', 'PCOUNT'],
  ['ZTHEAP', 'THEAP'],
  ['ZHECKSUM', 'CHECKSUM'],
  ['ZDATASUM', 'DATASUM'],
])

/** Keywords of the compression, and of the table that holds the compressed one. */
const STORED = /^(?:ZTABLE|ZTILELEN|ZCTYP\d+|ZFORM\d+|CHECKSUM|DATASUM|THEAP)$/

/** The header a table had before it was compressed, from that of the table it is stored in. */
export function restoreTableHeader(stored: Header): Header {
  const cards = stored.cards.flatMap((card) => {
    if (card.isCommentary) return [card]
    const kept = keptBy(card.keyword)
    const source = kept === undefined ? undefined : stored.card(kept)
    if (source !== undefined) return [new Card(card.keyword, source.value, { comment: card.comment })]
    return STORED.test(card.keyword) || RESTORED.has(card.keyword) ? [] : [card]
  })
  return new Header(cards)
}

/** The keyword whose value a keyword of the table has while it is compressed. */
function keptBy(keyword: string): string | undefined {
  const format = /^TFORM(\d+)$/.exec(keyword)
  if (format) return `ZFORM${format[1]}`
  return [...RESTORED].find(([, own]) => own === keyword)?.[0]
}
