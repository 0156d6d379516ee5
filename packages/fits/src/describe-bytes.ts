import { FitsError } from './errors.js'

interface Signature {
  readonly name: string
  readonly magic: readonly number[]
  /** How to make a FITS file of it; only for what may hold one. */
  readonly advice?: string
}

const SIGNATURES: readonly Signature[] = [
  { name: 'gzip-compressed', magic: [0x1f, 0x8b], advice: 'unpack it with gunzip first' },
  { name: 'bzip2-compressed', magic: [0x42, 0x5a, 0x68], advice: 'unpack it with bunzip2 first' },
  { name: 'LZW-compressed (.Z)', magic: [0x1f, 0x9d], advice: 'unpack it with uncompress first' },
  { name: 'xz-compressed', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], advice: 'unpack it with unxz first' },
  { name: 'a zip archive', magic: [0x50, 0x4b, 0x03, 0x04], advice: 'unpack it with unzip first' },
  { name: 'a JPEG image', magic: [0xff, 0xd8, 0xff] },
  { name: 'a PNG image', magic: [0x89, 0x50, 0x4e, 0x47] },
  { name: 'a GIF image', magic: [0x47, 0x49, 0x46, 0x38] },
  { name: 'a TIFF image', magic: [0x49, 0x49, 0x2a, 0x00] },
  { name: 'a TIFF image', magic: [0x4d, 0x4d, 0x00, 0x2a] },
  { name: 'a PDF document', magic: [0x25, 0x50, 0x44, 0x46] },
  { name: 'an HDF5 file', magic: [0x89, 0x48, 0x44, 0x46] },
  { name: 'an ASDF file', magic: [0x23, 0x41, 0x53, 0x44, 0x46] },
  { name: 'a FITS extension without the primary HDU before it', magic: [...Buffer.from('XTENSION=')] },
]

/**
 * The error for a file that does not begin like FITS, saying what its first bytes look like and what to do.
 *
 * The code is `FITS_UNSUPPORTED` for a compressed file, which may well hold FITS, and `FITS_NOT_FITS` for all else.
 */
export function notFitsError(start: Uint8Array, name: string): FitsError {
  if (start.length === 0) return new FitsError('FITS_NOT_FITS', `${name} is empty; give a FITS file`)
  const known = SIGNATURES.find(({ magic }) => magic.every((byte, index) => start[index] === byte))
  if (known?.advice) return new FitsError('FITS_UNSUPPORTED', `${name} is ${known.name}; ${known.advice}`)
  const what = known?.name ?? describeUnknown(start)
  return new FitsError(
    'FITS_NOT_FITS',
    `${name} is not a FITS file, but ${what}; give a FITS file, which begins with "SIMPLE  ="`,
  )
}

function describeUnknown(start: Uint8Array): string {
  const begin = start.subarray(0, 16)
  if (/^\s*(<!doctype html|<html)/i.test(Buffer.from(start).toString('latin1'))) return 'an HTML page'
  if (begin.every((byte) => byte === 0)) return 'zero bytes'
  const isText = begin.every((byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13)
  if (isText) return `text (${JSON.stringify(Buffer.from(begin).toString('latin1'))})`
  return `unknown data (${Buffer.from(begin).toString('hex')})`
}
