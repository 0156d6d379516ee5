import { Card } from './card.js'
import { formatCard } from './format-card.js'
import { Header } from './header.js'
import { stripHeader } from './strip-header.js'

/** What a header may say of new data: without what described the old ones, and in the order the standard has. */
export function headerToWrite(header: Header): Header {
  return withConvention(withAxesFirst(stripHeader(header)))
}

/** The header with WCSAXES before all other keywords of world coordinates (FITS 4.0, section 8.2), which files do not always heed. */
function withAxesFirst(header: Header): Header {
  const axes = header.card('WCSAXES')
  return axes === undefined ? header : new Header([axes, ...header.delete('WCSAXES')])
}

/** The header with the card that announces continued strings, where it has some: readers and checkers look for it. */
function withConvention(header: Header): Header {
  const isLong = (card: Card) => !card.isCommentary && typeof card.value === 'string' && formatCard(card).length > 1
  if (header.has('LONGSTRN') || !header.cards.some(isLong)) return header
  return new Header([new Card('LONGSTRN', 'OGIP 1.0', { comment: 'strings may go on in CONTINUE cards' }), ...header])
}
