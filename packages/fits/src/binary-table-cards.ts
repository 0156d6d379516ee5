import { Card } from './card.js'

/** How large a binary table is. */
export interface BinaryTableForm {
  readonly rowBytes: number
  readonly rowCount: number
  readonly heapBytes: number
  readonly columnCount: number
}

/** The mandatory cards of a binary table (FITS 4.0, section 7.3.1). */
export function binaryTableCards({ rowBytes, rowCount, heapBytes, columnCount }: BinaryTableForm): Card[] {
  return [
    new Card('XTENSION', 'BINTABLE', { comment: 'binary table extension' }),
    new Card('BITPIX', 8, { comment: 'array data type' }),
    new Card('NAXIS', 2, { comment: 'number of array dimensions' }),
    new Card('NAXIS1', rowBytes, { comment: 'bytes in a row' }),
    new Card('NAXIS2', rowCount, { comment: 'rows' }),
    new Card('PCOUNT', heapBytes, { comment: 'bytes in the heap' }),
    new Card('GCOUNT', 1, { comment: 'number of groups' }),
    new Card('TFIELDS', columnCount, { comment: 'columns' }),
  ]
}
