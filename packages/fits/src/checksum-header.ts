import { Checksum, encodeChecksum } from './checksum.js'
import type { Header } from './header.js'

const ZEROS = '0'.repeat(16)

/**
 * The bytes of a header with the checksums of its HDU at its end (FITS 4.0, section 4.4.2.7).
 *
 * @param data The bytes of the data with their padding, in pieces.
 */
export function formatWithChecksums(header: Header, data: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const sum = new Checksum()
  for (const piece of data) sum.add(piece)
  const open = header
    .delete('CHECKSUM')
    .delete('DATASUM')
    .set('CHECKSUM', ZEROS, 'HDU checksum')
    .set('DATASUM', String(sum.value), 'data unit checksum')
  sum.add(open.format())
  return open.set('CHECKSUM', encodeChecksum(sum.value)).format()
}
