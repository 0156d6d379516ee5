import { checkIsHdu } from './check-arguments.js'
import { Checksum } from './checksum.js'
import type { Hdu, StoredBytesOptions } from './hdu.js'
import type { Header } from './header.js'

/** What became of a checksum: `absent` where the header has none, or leaves it open. */
export type ChecksumState = 'ok' | 'bad' | 'absent'

/** The checksums of an HDU. */
export interface Checksums {
  /** DATASUM: that of the data. */
  readonly datasum: ChecksumState
  /** CHECKSUM: that of header and data. */
  readonly checksum: ChecksumState
}

const ALL_ONES = 0xffffffff

/**
 * Whether header and data of an HDU are those its DATASUM and CHECKSUM were made of (FITS 4.0, section 4.4.2.7).
 *
 * The bytes are read once, piece by piece; where the header has no checksums, nothing is read. Of a compressed image they are those of the
 * table it is stored in.
 *
 * @throws FITS_TRUNCATED when the data are cut, FITS_INVALID when the header does not say how long they are.
 * @example for (const hdu of fits.hdus) console.log(hdu.index, await verifyChecksums(hdu))
 */
export async function verifyChecksums(hdu: Hdu, options: StoredBytesOptions = {}): Promise<Checksums> {
  checkIsHdu(hdu)
  const { storedHeader } = hdu
  const hasChecksum = isGiven(storedHeader, 'CHECKSUM')
  const hasDatasum = isGiven(storedHeader, 'DATASUM')
  if (!hasChecksum && !hasDatasum) return { datasum: 'absent', checksum: 'absent' }
  if (hdu.error) throw hdu.error
  const sum = new Checksum()
  for await (const piece of hdu.storedBytes('data', options)) sum.add(piece)
  const datasum = hasDatasum ? state(isDatasum(storedHeader, sum.value)) : 'absent'
  if (!hasChecksum) return { datasum, checksum: 'absent' }
  // Header and data are whole blocks: their order does not matter.
  for await (const piece of hdu.storedBytes('header', options)) sum.add(piece)
  return { datasum, checksum: state(isZero(sum.value)) }
}

function isGiven(header: Header, keyword: string): boolean {
  const value = header.get(keyword)
  return value !== undefined && value !== null && String(value).trim() !== ''
}

function isDatasum(header: Header, sum: number): boolean {
  const text = String(header.get('DATASUM')).trim()
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return value === sum || (isZero(value) && isZero(sum))
}

/** Ones' complement has two zeros. */
function isZero(sum: number): boolean {
  return sum === 0 || sum === ALL_ONES
}

function state(isRight: boolean): ChecksumState {
  return isRight ? 'ok' : 'bad'
}
