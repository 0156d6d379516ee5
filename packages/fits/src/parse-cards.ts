import { Card } from './card.js'
import { parseValueField, trimEndBlanks } from './card-value.js'

/** Bytes of one header record. */
export const RECORD_LENGTH = 80

const COMMENTARY = new Set(['COMMENT', 'HISTORY', '', 'CONTINUE'])

/**
 * The cards of header text, in order; END and what follows it are left out.
 *
 * Reads fixed and free format, the CONTINUE long-string convention (FITS 4.0, section 4.2.1.2) and ESO's HIERARCH convention. A CONTINUE
 * that continues nothing is commentary. An ampersand that nothing continues is a character of the string where the string has one record, or
 * its last one has nothing else; at the end of other CONTINUE records it is dropped, as astropy does. Bytes outside ASCII stay as their
 * Latin-1 characters. Never throws: a value that cannot be read is a `problem` of its card. Takes time in proportion to the text.
 *
 * @param text Records of 80 characters; an incomplete last one is read as far as it goes.
 */
export function parseCards(text: string): Card[] {
  const cards: Card[] = []
  for (let at = 0; at < text.length; ) {
    const record = text.slice(at, at + RECORD_LENGTH)
    if (isEndRecord(record)) break
    const card = parseRecord(record)
    const more = endsWithAmpersand(card) ? continuationsAt(text, at + RECORD_LENGTH) : []
    cards.push(more.length === 0 ? card : joinContinued(card, more))
    at += RECORD_LENGTH * (1 + more.length)
  }
  return cards
}

/** Whether the record is the END card. */
export function isEndRecord(record: string): boolean {
  return record.startsWith('END') && /^END[ \0]*$/.test(record.slice(0, 10))
}

function parseRecord(record: string): Card {
  const keyword = trimEndBlanks(record.slice(0, 8))
  const hasIndicator = record[8] === '=' && record[9] === ' '
  if (hasIndicator && !COMMENTARY.has(keyword)) return valueCard(keyword, record.slice(10), record)
  const hierarch = keyword === 'HIERARCH' ? hierarchCard(record) : undefined
  return (
    hierarch ?? new Card(keyword, trimEndBlanks(record.slice(8)), { isCommentary: true, records: [padRecord(record)] })
  )
}

function hierarchCard(record: string): Card | undefined {
  const equals = record.indexOf('=', 9)
  const keyword = equals < 0 || record[8] !== ' ' ? '' : record.slice(9, equals).trim()
  return keyword === '' ? undefined : valueCard(keyword, record.slice(equals + 1), record)
}

function valueCard(keyword: string, field: string, record: string): Card {
  const { value, comment, problem } = parseValueField(field)
  const records = [padRecord(record)]
  return new Card(keyword, value, problem === undefined ? { comment, records } : { comment, records, problem })
}

function padRecord(record: string): string {
  return record.length === RECORD_LENGTH ? record : record.padEnd(RECORD_LENGTH)
}

function endsWithAmpersand(card: Card): boolean {
  return !card.isCommentary && typeof card.value === 'string' && card.value.endsWith('&')
}

/** The continuations of a string that begin at `at`: each but the last ends with an ampersand. */
function continuationsAt(text: string, at: number): Card[] {
  const found: Card[] = []
  for (let next = at; text.startsWith('CONTINUE  ', next); next += RECORD_LENGTH) {
    const record = text.slice(next, next + RECORD_LENGTH)
    const card = valueCard('CONTINUE', record.slice(10), record)
    if (typeof card.value !== 'string') break
    found.push(card)
    if (!card.value.endsWith('&')) break
  }
  return found
}

function joinContinued(first: Card, more: readonly Card[]): Card {
  const parts = [first, ...more]
  const value = parts.map(({ value }, i) => (i === more.length && value === '&' ? value : withoutAmpersand(value)))
  const comment = parts.map((part) => part.comment).filter((text) => text !== '')
  const records = parts.map((part) => part.records![0]!)
  return new Card(first.keyword, trimEndBlanks(value.join('')), { comment: comment.join(' '), records })
}

function withoutAmpersand(value: unknown): string {
  return String(value).replace(/&$/, '')
}
