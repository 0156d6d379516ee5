import type { Card } from './card.js'
import type { CardValue } from './card-value.js'
import { isFitsDate } from './fits-date.js'
import type { Hdu } from './hdu.js'
import type { Finding } from './header-faults.js'
import { ARRAY_KEYWORDS, COLUMN_KEYWORDS, RESERVED_TYPES, TABLE_KEYWORDS, type ValueType } from './reserved-keywords.js'

/** What is wrong with the reserved keywords of a header: in such an HDU at all, and by the type of their values. */
export function* keywordFaults(hdu: Hdu): Generator<Finding, void> {
  for (const [index, card] of hdu.storedHeader.cards.entries()) {
    if (card.isCommentary || card.records?.[0]?.startsWith('HIERARCH')) continue
    const fault = placeFault(card, hdu) ?? exponentFault(card) ?? typeFault(card)
    if (fault !== undefined) yield { level: 'error', message: `card ${index + 1}, ${card.keyword}, ${fault}` }
  }
}

function placeFault({ keyword }: Card, hdu: Hdu): string | undefined {
  if (keyword === 'END') return 'ends the header for other readers'
  const { kind, storedHeader } = hdu
  const isFirst = kind === 'primary' || kind === 'groups'
  const isArray = isFirst || kind === 'image'
  if (!isFirst && /^(?:SIMPLE|EXTEND|BLOCKED)$/.test(keyword)) return 'belongs to no extension'
  if (kind === 'primary' && /^[PG]COUNT$/.test(keyword)) return 'does not belong to a primary array'
  if (kind !== 'groups' && /^P(?:TYPE|SCAL|ZERO)[1-9]\d{0,2}$/.test(keyword)) return 'belongs to random groups only'
  if (isArray && TABLE_KEYWORDS.test(keyword)) return 'belongs to tables only'
  if (isArray && keyword === 'BLANK' && hdu.bitpix < 0) return 'means nothing for floats'
  if (kind === 'bintable' || kind === 'table') {
    if (ARRAY_KEYWORDS.test(keyword)) return 'does not belong to a table'
    return kind === 'table' ? asciiFault(keyword) : binaryFault(keyword, storedHeader.getInteger('PCOUNT'))
  }
  return undefined
}

function asciiFault(keyword: string): string | undefined {
  return /^(?:TDIM\d+|THEAP)$/.test(keyword) ? 'does not belong to an ASCII table' : undefined
}

function binaryFault(keyword: string, pcount: number | undefined): string | undefined {
  if (/^TBCOL\d+$/.test(keyword)) return 'does not belong to a binary table'
  return keyword === 'THEAP' && pcount === 0 ? 'names a heap, but PCOUNT is 0' : undefined
}

function typeFault({ keyword, value, problem, records: [record = ''] = [] }: Card): string | undefined {
  // A card without a value says nothing, and one that cannot be read is told of elsewhere.
  if (value === null || problem !== undefined) return undefined
  const type = RESERVED_TYPES.find(([keywords]) => keywords.test(keyword))?.[1]
  if (type === undefined) return undefined
  const isReal = type === 'integer' && /[.ED]/.test(record.slice(10).split('/', 1)[0]!)
  if (isOfType(value, type) && !isReal) return undefined
  const shown = typeof value === 'string' ? `'${value.slice(0, 40)}'` : shownValue(value)
  return `is ${shown}, but must be ${TYPE_NAMES[type]}`
}

const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  string: 'a string',
  date: 'a date as YYYY-MM-DD or YYYY-MM-DDThh:mm:ss',
  integer: 'an integer',
  number: 'a number',
  logical: 'T or F',
}

function isOfType(value: CardValue, type: ValueType): boolean {
  if (type === 'date') return typeof value === 'string' && isFitsDate(value)
  if (type === 'string') return typeof value === 'string'
  if (type === 'logical') return typeof value === 'boolean'
  const isInteger = typeof value === 'bigint' || Number.isInteger(value)
  return type === 'integer' ? isInteger : isInteger || typeof value === 'number'
}

function shownValue(value: Exclude<CardValue, string>): string {
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (typeof value === 'object' && value !== null) return 'a complex number'
  return String(value)
}

function exponentFault({ value, records: [record = ''] = [] }: Card): string | undefined {
  if (typeof value !== 'number') return undefined
  const isLower = /[de]/.test(record.slice(10).split('/', 1)[0]!)
  return isLower ? 'has a lower-case exponent' : undefined
}

/** The number of the column that a keyword is of; undefined for other keywords. */
export function columnOfKeyword(keyword: string): number | undefined {
  const number = COLUMN_KEYWORDS.exec(keyword)?.[1]
  return number === undefined ? undefined : Number(number)
}
