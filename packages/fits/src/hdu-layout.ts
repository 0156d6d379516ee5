import { invalid } from './errors.js'
import type { Header } from './header.js'
import { requireInteger, safeProduct } from './require-integer.js'

/** What an HDU holds. */
export type HduKind = 'primary' | 'image' | 'compressed-image' | 'bintable' | 'table' | 'groups' | 'other'

/** The type of stored pixels: bits of an integer, or minus the bits of a float. */
export type Bitpix = 8 | 16 | 32 | 64 | -32 | -64

/** How an HDU's data lie in the file, as its mandatory keywords say (FITS 4.0, sections 4.4.1 and 7). */
export interface HduLayout {
  readonly kind: HduKind
  readonly bitpix: Bitpix
  /** Lengths of the axes, NAXIS1 first. */
  readonly axes: readonly number[]
  /** Bytes of data, heap included, padding not. */
  readonly dataLength: number
}

const KINDS: Readonly<Record<string, HduKind>> = {
  IMAGE: 'image',
  BINTABLE: 'bintable',
  A3DTABLE: 'bintable',
  TABLE: 'table',
}
const BITPIX: readonly number[] = [8, 16, 32, 64, -32, -64]

/** The kind an HDU claims by its first keyword; sound even where the rest of its header is not. */
export function kindOf(header: Header): HduKind {
  const extension = header.getString('XTENSION')
  if (extension === undefined) return isGroups(header) ? 'groups' : 'primary'
  const kind = Object.hasOwn(KINDS, extension) ? KINDS[extension]! : 'other'
  return kind === 'bintable' && header.get('ZIMAGE') === true ? 'compressed-image' : kind
}

/**
 * The layout of an HDU's data.
 *
 * @throws FITS_INVALID when a mandatory keyword is missing, malformed, or announces more than any file can hold.
 */
export function layoutOf(header: Header): HduLayout {
  const kind = kindOf(header)
  const bitpix = requireBitpix(header, 'BITPIX')
  const axes = requireAxes(header, 'NAXIS')
  const pixelBytes = Math.abs(bitpix) / 8
  if (kind === 'primary')
    return { kind, bitpix, axes, dataLength: safeProduct([pixelBytes, countPixels(axes)], 'the data') }
  const pcount = requireInteger(header, 'PCOUNT', { min: 0, fallback: 0 })
  const gcount = requireInteger(header, 'GCOUNT', { min: 0, fallback: 1 })
  const pixels = countPixels(kind === 'groups' ? axes.slice(1) : axes)
  return { kind, bitpix, axes, dataLength: safeProduct([pixelBytes, gcount, pcount + pixels], 'the data') }
}

/** The value of BITPIX, or of ZBITPIX. */
export function requireBitpix(header: Header, keyword: string): Bitpix {
  const value = requireInteger(header, keyword, { min: -64, max: 64 })
  if (BITPIX.includes(value)) return value as Bitpix
  throw invalid(`${keyword} is ${value}, but must be one of ${BITPIX.join(', ')}`, { keyword })
}

/** The lengths of the axes NAXIS1 to NAXISn, or ZNAXIS1 to ZNAXISn. */
export function requireAxes(header: Header, keyword: string, max = 999): number[] {
  const count = requireInteger(header, keyword, { min: 0, max })
  return Array.from({ length: count }, (_, index) => requireInteger(header, `${keyword}${index + 1}`, { min: 0 }))
}

/** The number of pixels of axes of these lengths: none without axes. */
export function countPixels(axes: readonly number[]): number {
  return axes.length === 0 ? 0 : safeProduct(axes, 'the image')
}

function isGroups(header: Header): boolean {
  return header.get('GROUPS') === true && header.get('NAXIS1') === 0 && (header.getInteger('NAXIS') ?? 0) > 1
}
