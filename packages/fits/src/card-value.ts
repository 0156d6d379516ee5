/** A complex number in a header. */
export interface Complex {
  readonly re: number
  readonly im: number
}

/** The value of a card; an integer that a number cannot hold exactly is a bigint, and null is a value left undefined. */
export type CardValue = string | number | bigint | boolean | Complex | null

/** A value field taken apart. */
export interface ParsedValue {
  readonly value: CardValue
  /** The text after the slash, without the blanks around it. */
  readonly comment: string
  /** Why the field is none of the standard's values; `value` is then null. */
  readonly problem?: string
}

const INTEGER = /^[+-]?\d+$/
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[EDed][+-]?\d+)?$/
const COMPLEX = /^\(([^,()]*),([^,()]*)\)$/

/**
 * The value and comment of a value field in fixed or free format (FITS 4.0, sections 4.1 and 4.2).
 *
 * Strings come without their trailing blanks and with doubled quotes undone; `D` exponents and blanks around the parts are accepted.
 * Never throws: what cannot be read has a `problem`.
 */
export function parseValueField(field: string): ParsedValue {
  const start = field.search(/[^ ]/)
  if (start >= 0 && field[start] === "'") return parseString(field, start)
  const slash = field.indexOf('/')
  const text = (slash < 0 ? field : field.slice(0, slash)).trim()
  const comment = slash < 0 ? '' : field.slice(slash + 1).trim()
  const value = parseScalar(text)
  return value === undefined ? { value: null, comment, problem: `not a FITS value: ${text}` } : { value, comment }
}

function parseString(field: string, start: number): ParsedValue {
  let end = field.indexOf("'", start + 1)
  while (end >= 0 && field[end + 1] === "'") end = field.indexOf("'", end + 2)
  if (end < 0) return { value: null, comment: '', problem: `no closing quote: ${field.slice(start).trimEnd()}` }
  const text = trimEndBlanks(field.slice(start + 1, end))
  const value = text.includes("''") ? text.replaceAll("''", "'") : text
  const slash = field.indexOf('/', end + 1)
  return { value, comment: slash < 0 ? '' : field.slice(slash + 1).trim() }
}

function parseScalar(text: string): CardValue | undefined {
  if (text === '') return null
  if (text === 'T') return true
  if (text === 'F') return false
  const number = parseNumber(text)
  if (number !== undefined) return number
  const parts = COMPLEX.exec(text)
  if (!parts) return undefined
  const re = parseNumber(parts[1]!.trim())
  const im = parseNumber(parts[2]!.trim())
  return re === undefined || im === undefined ? undefined : { re: Number(re), im: Number(im) }
}

function parseNumber(text: string): number | bigint | undefined {
  if (INTEGER.test(text)) {
    const value = Number(text)
    return Number.isSafeInteger(value) ? value : BigInt(text.replace(/^\+/, ''))
  }
  return FLOAT.test(text) ? Number(text.replace(/[Dd]/, 'E')) : undefined
}

/** The text without the blanks at its end; other white space stays. */
export function trimEndBlanks(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--
  return end === text.length ? text : text.slice(0, end)
}
