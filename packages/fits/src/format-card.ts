import type { Card } from './card.js'
import type { CardValue } from './card-value.js'
import { wrongArgument } from './errors.js'
import { RECORD_LENGTH } from './parse-cards.js'

const STANDARD_KEYWORD = /^[A-Z0-9_-]{1,8}$/
const HIERARCH_KEYWORD = /^[!-<>-~](?:[ -<>-~]*[!-<>-~])?$/
const PRINTABLE_RECORD = /^[ -~]{80}$/
const RESERVED = new Set(['END', 'COMMENT', 'HISTORY', 'CONTINUE', 'HIERARCH'])

/**
 * The card as the standard writes it: records of 80 printable ASCII characters (FITS 4.0, sections 4.1 and 4.2).
 *
 * A card that was read from a conformant record is returned verbatim. Others are in fixed format; long strings go on in CONTINUE records,
 * an ampersand at their end in one of its own; a keyword that is longer than 8 characters, or has other characters than `A-Z 0-9 _ -`,
 * becomes a HIERARCH card; characters outside printable ASCII become `?`; a comment is cut where the record ends; commentary is wrapped at 72
 * characters; a value that could not be read becomes a string. A card from a file that cannot be written by these rules becomes commentary,
 * so that nothing is lost and any header that was read can be written.
 *
 * @throws TypeError when the keyword or number of a card that was made cannot be written in FITS.
 */
export function formatCard(card: Card): string[] {
  if (card.records && isConformant(card)) return [...card.records]
  if (card.isCommentary) return commentaryOf(card)
  if (!card.records) return formatValueCard(card)
  try {
    return formatValueCard(card)
  } catch {
    return formatCommentary('COMMENT', card.records.join('').trimEnd())
  }
}

/** Commentary that was formatted before: a thousand outputs of one run have the same cards. */
const commentary = new WeakMap<Card, readonly string[]>()

function commentaryOf(card: Card): string[] {
  const known = commentary.get(card)
  if (known !== undefined) return [...known]
  const made = formatCommentary(card.keyword, String(card.value))
  commentary.set(card, made)
  return [...made]
}

function formatValueCard(card: Card): string[] {
  const start = formatKeyword(card.keyword)
  const value = card.problem === undefined ? card.value : card.problem.slice(card.problem.indexOf(':') + 2)
  if (typeof value === 'string') return formatString(start, printable(value), printable(card.comment))
  const text = start + formatScalar(value, card.keyword).padStart(start.length === 10 ? 20 : 0)
  if (text.length > RECORD_LENGTH) throw wrongArgument(`${card.keyword}: keyword and value do not fit a header record`)
  return [withComment(text, printable(card.comment))]
}

function isConformant(card: Card): boolean {
  const records = card.records!
  if (card.problem !== undefined || !records.every((record) => PRINTABLE_RECORD.test(record))) return false
  const first = records[0]!
  const keyword = first.slice(0, 8).trimEnd()
  if (keyword !== '' && (!STANDARD_KEYWORD.test(keyword) || first.startsWith(' '))) return false
  if (keyword === 'END' || keyword === 'CONTINUE') return false
  if (card.isCommentary) return true
  return typeof card.value !== 'number' || !/[de]/.test(first.slice(first.indexOf('=')).split('/', 1)[0]!)
}

/** Commentary of any length as records: 72 characters each, and a new record at each line break. */
export function formatCommentary(keyword: string, text: string): string[] {
  const isPlain = /^(?:[A-Z0-9_-]{1,8}|)$/.test(keyword) && keyword !== 'END' && keyword !== 'CONTINUE'
  const start = (isPlain ? keyword : 'COMMENT').padEnd(8)
  const whole = isPlain ? text : `${keyword} ${text}`
  return whole.split(/\r\n|\r|\n/).flatMap((line) => {
    const clean = printable(line)
    const parts = clean.match(/.{1,72}/g) ?? ['']
    return parts.map((part) => (start + part).padEnd(RECORD_LENGTH))
  })
}

/** Everything before the value: `KEYWORD = `, ten characters wide but for HIERARCH. */
function formatKeyword(keyword: string): string {
  if (STANDARD_KEYWORD.test(keyword) && !RESERVED.has(keyword)) return `${keyword.padEnd(8)}= `
  if (HIERARCH_KEYWORD.test(keyword) && !RESERVED.has(keyword)) return `HIERARCH ${keyword} = `
  throw wrongArgument(`${JSON.stringify(keyword)} is not a FITS keyword; use printable ASCII characters other than "="`)
}

function formatScalar(value: Exclude<CardValue, string>, keyword: string): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return formatNumber(value, keyword)
  if (typeof value?.re !== 'number' || typeof value.im !== 'number') {
    throw wrongArgument(`${keyword}: a FITS header holds strings, numbers, logicals, { re, im } and null, nothing else`)
  }
  return `(${formatNumber(value.re, keyword)}, ${formatNumber(value.im, keyword)})`
}

/** The shortest text that reads back as the same number; a whole number that is exact is written as an integer. */
function formatNumber(value: number, keyword: string): string {
  if (!Number.isFinite(value)) throw wrongArgument(`${keyword}: a FITS header cannot hold ${value}; leave it out`)
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  const [mantissa, exponent] = (Object.is(value, -0) ? '-0.0' : String(value)).split('e') as [string, string?]
  const decimal = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return exponent === undefined ? decimal : `${decimal}E${exponent}`
}

function formatString(start: string, value: string, comment: string): string[] {
  const escaped = value.replaceAll("'", "''")
  if (start.length + escaped.length + 2 <= RECORD_LENGTH) {
    return [withComment(`${start}'${start.length === 10 ? escaped.padEnd(8) : escaped}'`, comment)]
  }
  if (start.length > RECORD_LENGTH - 6) throw wrongArgument(`${start}: the keyword is too long for a header record`)
  const lines: string[] = []
  let head = start
  let rest = escaped
  while (head.length + rest.length + 2 > RECORD_LENGTH) {
    const length = cutBefore(rest, RECORD_LENGTH - head.length - 3)
    lines.push(`${head}'${rest.slice(0, length)}&'`.padEnd(RECORD_LENGTH))
    rest = rest.slice(length)
    head = 'CONTINUE  '
  }
  return [...lines, ...lastOfString(rest, comment)]
}

function lastOfString(rest: string, comment: string): string[] {
  const room = RECORD_LENGTH - `CONTINUE  '${rest}' / `.length
  // What is left for a record of its own: before an empty one, cfitsio would keep the ampersand.
  const length = cutBefore(rest, rest.length - 1)
  const isWhole = comment.length <= room && !rest.endsWith('&')
  if (isWhole || length === 0) return [withComment(`CONTINUE  '${rest}'`, comment)]
  const first = `CONTINUE  '${rest.slice(0, length)}&'`.padEnd(RECORD_LENGTH)
  return [first, withComment(`CONTINUE  '${rest.slice(length)}'`, comment)]
}

/** The largest length up to `length` that does not part a doubled quote. */
function cutBefore(escaped: string, length: number): number {
  let quotes = 0
  while (escaped[length - 1 - quotes] === "'") quotes++
  return quotes % 2 === 0 ? length : length - 1
}

function withComment(text: string, comment: string): string {
  const column = Math.min(30, RECORD_LENGTH - 3 - comment.length)
  const line = comment === '' ? text : `${text.padEnd(column)} / ${comment}`
  return line.slice(0, RECORD_LENGTH).padEnd(RECORD_LENGTH)
}

/** The text in printable ASCII: a tab is a blank, any other character outside it is `?`. */
function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[^ -~]/gu, '?')
}
