import type { Card } from './card.js'
import type { Header } from './header.js'
import { cardOf } from './parse-cards.js'

/** Keywords of world coordinates of an image, first and alternate ones, with SIP and the other distortions that files have. */
const SKY =
  /^(?:WCSAXES[A-Z]?|WCSNAME[A-Z]?|(?:CTYPE|CRVAL|CRPIX|CDELT|CUNIT|CROTA|CNAME|CRDER|CSYER)\d[A-Z]?|(?:CD|PC)\d_\d[A-Z]?|P[VS]\d_\d+[A-Z]?|L[OA][NT]POLE[A-Z]?|(?:A|B|AP|BP)_(?:\d_\d|ORDER|DMAX)|(?:CPDIS|CQDIS|D2IMDIS|CPERR|CQERR)\d|(?:DP|DQ|D2IM)\d|WAT\d_\d{3}|CRMAT\w*)$/

const REFERENCE = /^(?:CRPIX|LTV)[12][A-Z]?$/

/** The cards of a header that say which place in the sky a pixel shows. */
export function skyCards(header: Header): Card[] {
  return header.entries.filter(({ keyword, isCommentary }) => !isCommentary && SKY.test(keyword)).map(cardOf)
}

/** A header that does not say which place in the sky a pixel shows: RADESYS, EQUINOX and where the telescope pointed to stay. */
export function withoutSky(header: Header): Header {
  return header.filter(({ keyword, isCommentary }) => isCommentary || !SKY.test(keyword))
}

/**
 * The header of an image whose first pixel is another one of the same grid: with its world coordinates moved along, first and alternate ones
 * (CRPIXja), and those of the detector (LTVj).
 *
 * @param dx columns that were added at the left; negative where some were cut off
 * @param dy rows that were added at the bottom; negative where some were cut off
 * @example movedHeader(header, -100, -50) // of the part of an image from column 100 and row 50 on
 */
export function movedHeader(header: Header, dx: number, dy: number): Header {
  let moved = header
  for (const { keyword } of header.cards.filter((card) => !card.isCommentary && REFERENCE.test(card.keyword))) {
    const value = moved.getNumber(keyword)
    if (value !== undefined) moved = moved.set(keyword, value + (/^\D+1/.test(keyword) ? dx : dy))
  }
  return moved
}
