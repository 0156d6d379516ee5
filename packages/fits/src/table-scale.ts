import type { Header } from './header.js'

/** A scale other than that of unsigned integers: `stored * factor + zero`. */
export interface LinearScale {
  readonly factor: number
  readonly zero: number
}

/** How the stored numbers of a column become values (FITS 4.0, sections 7.2.2 and 7.3.2). */
export interface ColumnScale {
  /** Whether the integers have the other sign: unsigned 16, 32 and 64 bits, or signed bytes. */
  readonly isOffset: boolean
  /** The scale that makes them float64; undefined where they are values as they are. */
  readonly linear: LinearScale | undefined
}

/** Values as they are stored. */
export const NO_SCALE: ColumnScale = { isOffset: false, linear: undefined }

/** TZEROn of the integers with the other sign, by their letter. */
const SIGN_ZERO: Readonly<Record<string, number>> = { B: -128, I: 2 ** 15, J: 2 ** 31, K: 2 ** 63 }

/** Letters of elements that are never scaled. */
const UNSCALED = 'LXA'

/** The scale of column `n` of a binary table, whose elements have this letter. Malformed keywords count as missing. */
export function binaryScaleOf(header: Header, n: number, code: string): ColumnScale {
  return UNSCALED.includes(code) ? NO_SCALE : columnScaleOf(header, n, SIGN_ZERO[code])
}

/**
 * The scale of column `n`. Malformed keywords count as missing.
 *
 * @param otherSign The TZEROn that only turns the sign, where there is one.
 */
export function columnScaleOf(header: Header, n: number, otherSign?: number): ColumnScale {
  const factor = header.getNumber(`TSCAL${n}`) ?? 1
  const zero = header.getNumber(`TZERO${n}`) ?? 0
  if (factor === 1 && zero === 0) return NO_SCALE
  if (factor === 1 && zero === otherSign) return { isOffset: true, linear: undefined }
  return { isOffset: false, linear: { factor, zero } }
}

/** What has to be added to a stored integer of the other sign. */
export function signZero(code: string): bigint {
  return BigInt(SIGN_ZERO[code] ?? 0)
}
