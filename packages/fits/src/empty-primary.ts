import { Card } from './card.js'
import { Header } from './header.js'

/** The header of a primary HDU without data, before the extension that a file is about. */
export const EMPTY_PRIMARY = new Header([
  new Card('SIMPLE', true, { comment: 'conforms to FITS standard' }),
  new Card('BITPIX', 8, { comment: 'array data type' }),
  new Card('NAXIS', 0, { comment: 'number of array dimensions' }),
  new Card('EXTEND', true),
])
