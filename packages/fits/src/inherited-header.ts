import type { Card } from './card.js'
import { normalizeKeyword } from './card.js'
import { checkFits, checkIsHdu } from './check-arguments.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { Header } from './header.js'

/** Keywords of the primary header that say something of the primary HDU itself. */
const OWN =
  /^(?:SIMPLE|BITPIX|NAXIS\d*|EXTEND|BLOCKED|GROUPS|PCOUNT|GCOUNT|BSCALE|BZERO|BUNIT|BLANK|DATAMIN|DATAMAX|INHERIT|EXTNAME|EXTVER|EXTLEVEL|CHECKSUM|DATASUM|LONGSTRN)$/

/**
 * The header of an HDU with the cards it inherits from the primary header (FITS 4.0, section 4.4.2.6; the convention of INHERIT).
 *
 * Where it says `INHERIT = T`, those cards of the primary header follow whose keywords it has not itself; commentary, and what says something
 * of the primary HDU only, is not inherited. Where it does not say so, it is the header as it is.
 *
 * @example const exposure = inheritedHeader(fits, fits.hdu('SCI')!).getNumber('EXPTIME')
 */
export function inheritedHeader(fits: Fits, hdu: Hdu): Header {
  checkFits(fits)
  checkIsHdu(hdu)
  const { header } = hdu
  const primary = fits.hdus[0]
  if (primary === undefined || hdu.index === 0 || header.get('INHERIT') !== true) return header
  const isInherited = (card: Card) =>
    !card.isCommentary && !OWN.test(normalizeKeyword(card.keyword)) && !header.has(card.keyword)
  return new Header([...header, ...primary.header.cards.filter(isInherited)])
}
