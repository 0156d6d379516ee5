import { Checksum, encodeChecksum } from './checksum.js'
import type { Header } from './header.js'

const ZEROS = '0'.repeat(16)

/**
 * The header with the checksums of its HDU at its end (FITS 4.0, section 4.4.2.7).
 *
 * @param data The sum of the data with their padding; it is only read.
 */
export function withChecksums(header: Header, data: Checksum): Header {
  const sum = new Checksum(data.value)
  const open = header
    .delete('CHECKSUM')
    .delete('DATASUM')
    .set('CHECKSUM', ZEROS, 'HDU checksum')
    .set('DATASUM', String(sum.value), 'data unit checksum')
  sum.add(open.format())
  return open.set('CHECKSUM', encodeChecksum(sum.value))
}

/** The sum of bytes that come in pieces. */
export function checksumOf(pieces: Iterable<Uint8Array>): Checksum {
  const sum = new Checksum()
  for (const piece of pieces) sum.add(piece)
  return sum
}
