import { Card } from './card.js'
import { parseValueField, trimEndBlanks } from './card-value.js'

/** Bytes of one header record. */
export const RECORD_LENGTH = 80

const COMMENTARY = new Set(['COMMENT', 'HISTORY', '', 'CONTINUE'])

const HIERARCH = 'HIERARCH'

/** How a record begins that continues a string. */
const CONTINUED = 'CONTINUE  '

const [BLANK, EQUALS] = [0x20, 0x3d]

/** A card of header text, whose value is read when it is asked for: most never are. */
class StoredCard {
  /** As the card has it. */
  readonly keyword: string
  readonly isCommentary: boolean
  readonly #text: string
  readonly #at: number
  #card: Card | undefined

  /** @param at Where the record begins, which is the card's only one. */
  constructor(keyword: string, isCommentary: boolean, text: string, at: number) {
    this.keyword = keyword
    this.isCommentary = isCommentary
    this.#text = text
    this.#at = at
  }

  /** The card itself, always the same. */
  get card(): Card {
    this.#card ??= parseRecord(this.#text.slice(this.#at, this.#at + RECORD_LENGTH))
    return this.#card
  }
}

/** A card, or what becomes one. */
export type HeaderEntry = Card | StoredCard

/** The card that an entry is or becomes. */
export function cardOf(entry: HeaderEntry): Card {
  return entry instanceof StoredCard ? entry.card : entry
}

/**
 * The cards of header text, in order, each of which is read when it is asked for; END and what follows it are left out.
 *
 * Reads fixed and free format, the CONTINUE long-string convention (FITS 4.0, section 4.2.1.2) and ESO's HIERARCH convention. A CONTINUE
 * that continues nothing is commentary. An ampersand that nothing continues is a character of the string where the string has one record, or
 * its last one has nothing else; at the end of other CONTINUE records it is dropped, as astropy does. Bytes outside ASCII stay as their
 * Latin-1 characters. Never throws: a value that cannot be read is a `problem` of its card. Takes time in proportion to the text.
 *
 * @param text Records of 80 characters; an incomplete last one is read as far as it goes.
 */
export function parseEntries(text: string): HeaderEntry[] {
  const entries: HeaderEntry[] = []
  for (let at = 0; at < text.length; ) {
    if (text.startsWith('END', at) && isEndRecord(text.slice(at, at + RECORD_LENGTH))) break
    const next = at + RECORD_LENGTH
    const stored = storedCard(text, at)
    const card = text.startsWith(CONTINUED, next) ? cardOf(stored) : undefined
    const more = card !== undefined && endsWithAmpersand(card) ? continuationsAt(text, next) : []
    entries.push(card === undefined || more.length === 0 ? stored : joinContinued(card, more))
    at = next + RECORD_LENGTH * more.length
  }
  return entries
}

function storedCard(text: string, at: number): HeaderEntry {
  const keyword = trimEndBlanks(text.slice(at, at + 8))
  const hasIndicator = text.charCodeAt(at + 8) === EQUALS && text.charCodeAt(at + 9) === BLANK
  const hasValue = hasIndicator && !COMMENTARY.has(keyword)
  // What its keyword is, and whether it has a value, the whole record says.
  if (keyword === HIERARCH && !hasValue) return parseRecord(text.slice(at, at + RECORD_LENGTH))
  return new StoredCard(keyword, !hasValue, text, at)
}

/** Whether the record is the END card. */
export function isEndRecord(record: string): boolean {
  return record.startsWith('END') && /^END[ \0]*$/.test(record.slice(0, 10))
}

function parseRecord(record: string): Card {
  const keyword = trimEndBlanks(record.slice(0, 8))
  const hasIndicator = record.charCodeAt(8) === EQUALS && record.charCodeAt(9) === BLANK
  if (hasIndicator && !COMMENTARY.has(keyword)) return valueCard(keyword, record.slice(10), record)
  const hierarch = keyword === HIERARCH ? hierarchCard(record) : undefined
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
  for (let next = at; text.startsWith(CONTINUED, next); next += RECORD_LENGTH) {
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
