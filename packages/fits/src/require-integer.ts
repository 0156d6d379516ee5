import { invalid } from './errors.js'
import type { Header } from './header.js'

/** What an integer keyword may be. */
export interface IntegerRange {
  readonly min: number
  readonly max?: number
  /** Taken when there is no such card; without it the card is mandatory. */
  readonly fallback?: number
}

/**
 * The value of a keyword that the reading of the file depends on.
 *
 * @throws FITS_INVALID when it is missing, no integer, or out of range; `details.keyword` names it.
 */
export function requireInteger(header: Header, keyword: string, range: IntegerRange): number {
  const value = header.get(keyword)
  const details = { keyword }
  if (value === undefined) {
    if (range.fallback !== undefined) return range.fallback
    throw invalid(`the header has no ${keyword}, which is mandatory`, details)
  }
  const max = range.max ?? Number.MAX_SAFE_INTEGER
  if (typeof value !== 'number' || !Number.isInteger(value) || value < range.min || value > max) {
    throw invalid(`${keyword} is ${showValue(value)}, but must be an integer from ${range.min} to ${max}`, details)
  }
  return value
}

/** The product of sizes from a header, refused where it is no exact integer. */
export function safeProduct(factors: readonly number[], what: string): number {
  const product = factors.includes(0) ? 0 : factors.reduce((a, b) => a * b, 1)
  if (!Number.isSafeInteger(product)) throw invalid(`${what} is ${factors.join(' x ')}, more than any file can hold`)
  return product
}

function showValue(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value)
}
