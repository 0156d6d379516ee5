import { Card, type CardOptions, normalizeKeyword } from './card.js'
import type { CardValue } from './card-value.js'
import { wrongArgument } from './errors.js'
import { formatCard, formatCommentary } from './format-card.js'
import { cardOf, type HeaderEntry, parseEntries } from './parse-cards.js'
import { showValue } from './show-value.js'

/** Bytes of one FITS block: headers and data are padded to whole blocks. */
export const BLOCK_LENGTH = 2880

const COMMENTARY = new Set(['HISTORY', 'COMMENT', ''])

/**
 * A FITS header: cards in order, looked up by keyword.
 *
 * A header never changes: `set`, `append`, `delete` and the like return another header. Keywords are compared without regard to case, and
 * HIERARCH keywords are found with and without `HIERARCH` before them. Of several cards with one keyword the first counts. What is no string
 * is no keyword (FITS_ARGUMENT).
 *
 * @example new Header().set('OBJECT', 'M13').set('EXPTIME', 30, '[s] exposure').addHistory('made by hand')
 */
export class Header implements Iterable<Card> {
  #entries: readonly HeaderEntry[]
  #cards: readonly Card[] | undefined
  #index: Map<string, HeaderEntry[]> | undefined

  /** @throws FITS_ARGUMENT when they are no list of cards. */
  constructor(cards: Iterable<Card> = []) {
    if (typeof cards?.[Symbol.iterator] !== 'function' || typeof cards === 'string') {
      throw wrongArgument(`${showValue(cards)} is no list of cards; of bytes, Header.parse makes a header`)
    }
    const list = [...cards]
    this.#entries = list
    this.#cards = list
  }

  /**
   * A header of what becomes cards when it is asked for them.
   *
   * @internal
   */
  static ofEntries(entries: readonly HeaderEntry[]): Header {
    const header = new Header()
    header.#entries = entries
    header.#cards = undefined
    return header
  }

  /** The header in the given bytes, which begin at its first card; what follows END is not looked at. Of any bytes there is one. */
  static parse(bytes: Uint8Array): Header {
    if (!ArrayBuffer.isView(bytes)) throw wrongArgument(`${showValue(bytes)} is no bytes; give a Uint8Array`)
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    return Header.ofEntries(parseEntries(text))
  }

  /** All cards in order, without END. */
  get cards(): readonly Card[] {
    this.#cards ??= this.#entries.map(cardOf)
    return this.#cards
  }

  /**
   * The cards, or what becomes them.
   *
   * @internal
   */
  get entries(): readonly HeaderEntry[] {
    return this.#entries
  }

  /** Number of cards. */
  get length(): number {
    return this.#entries.length
  }

  [Symbol.iterator](): Iterator<Card> {
    return this.cards[Symbol.iterator]()
  }

  /** Whether there is a card with the keyword. */
  has(keyword: string): boolean {
    return this.#find(keyword) !== undefined
  }

  /** The first card with the keyword. */
  card(keyword: string): Card | undefined {
    const first = this.#find(keyword)?.[0]
    return first && cardOf(first)
  }

  /** The value of the first card with the keyword; null for a card without a value, undefined without a card. */
  get(keyword: string): CardValue | undefined {
    return this.card(keyword)?.value
  }

  /** The values of all cards with the keyword, in order: `getAll('HISTORY')` is the history, line by line. */
  getAll(keyword: string): CardValue[] {
    return this.#find(keyword)?.map((entry) => cardOf(entry).value) ?? []
  }

  /** The value if it is a number (an integer beyond 2^53 to the nearest), else undefined. */
  getNumber(keyword: string): number | undefined {
    const value = this.get(keyword)
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined
  }

  /** The value if it is an integer that a number holds exactly, else undefined. */
  getInteger(keyword: string): number | undefined {
    const value = this.get(keyword)
    return Number.isSafeInteger(value) ? (value as number) : undefined
  }

  /** The value if it is a string, else undefined. */
  getString(keyword: string): string | undefined {
    const value = this.get(keyword)
    return typeof value === 'string' ? value : undefined
  }

  /** The value if it is a logical one, else undefined. */
  getBoolean(keyword: string): boolean | undefined {
    const value = this.get(keyword)
    return typeof value === 'boolean' ? value : undefined
  }

  /**
   * A header in which the keyword has this value: in the place of its first card, or at the end. The comment stays unless one is given.
   * Further cards of the keyword are left out.
   *
   * @throws TypeError when the keyword or the value cannot be written in FITS: NaN, infinities, `=` in a keyword, END, HISTORY.
   */
  set(keyword: string, value: CardValue, comment?: string): Header {
    const old = this.card(keyword)
    const made = makeCard(old?.keyword ?? keyword, value, comment ?? old?.comment ?? '')
    if (!old) return new Header([...this.cards, made])
    const name = normalizeKeyword(keyword)
    return new Header(
      this.cards.flatMap((card) => (card === old ? [made] : normalizeKeyword(card.keyword) === name ? [] : [card])),
    )
  }

  /**
   * A header with one more card at the end, whatever is there already. The keywords HISTORY, COMMENT and `''` make commentary.
   *
   * @throws TypeError as `set`.
   */
  append(keyword: string, value: CardValue, comment = ''): Header {
    if (COMMENTARY.has(keyword.toUpperCase())) return this.#addCommentary(keyword.toUpperCase(), String(value))
    return new Header([...this.cards, makeCard(keyword, value, comment)])
  }

  /** A header without the cards of the keyword. */
  delete(keyword: string): Header {
    if (!this.has(keyword)) return this
    const name = normalizeKeyword(keyword)
    return this.filter((card) => normalizeKeyword(card.keyword) !== name)
  }

  /** A header with the cards that pass the test. */
  filter(test: (card: Card) => boolean): Header {
    return new Header(this.cards.filter(test))
  }

  /** A header with HISTORY cards at the end: text of any length, wrapped at 72 characters and at line breaks. */
  addHistory(text: string): Header {
    return this.#addCommentary('HISTORY', text)
  }

  /** A header with COMMENT cards at the end: text of any length, wrapped at 72 characters and at line breaks. */
  addComment(text: string): Header {
    return this.#addCommentary('COMMENT', text)
  }

  /**
   * The header as a file holds it: all cards as records of 80 characters, END, and blanks up to a whole number of 2880-byte blocks.
   *
   * @throws TypeError when a card cannot be written in FITS.
   */
  format(): Uint8Array<ArrayBuffer> {
    const text = `${this.cards.flatMap(formatCard).join('')}END`
    const bytes = new Uint8Array(Math.ceil(text.length / BLOCK_LENGTH) * BLOCK_LENGTH).fill(32)
    Buffer.from(bytes.buffer).write(text, 'latin1')
    return bytes
  }

  /** The header as text to look at: each record of 80 characters a line, without the blanks at its end. */
  toString(): string {
    const records = this.cards.flatMap((card) => card.records ?? formatCard(card))
    return records.map((record) => record.trimEnd()).join('\n')
  }

  #addCommentary(keyword: string, text: string): Header {
    const options: CardOptions = { isCommentary: true }
    const lines = formatCommentary(keyword, text).map((record) => new Card(keyword, record.slice(8).trimEnd(), options))
    return new Header([...this.cards, ...lines])
  }

  #find(keyword: string): readonly HeaderEntry[] | undefined {
    this.#index ??= indexEntries(this.#entries)
    if (typeof keyword !== 'string') throw wrongArgument(`${showValue(keyword)} is no keyword; give a string`)
    return this.#index.get(normalizeKeyword(keyword))
  }
}

/** A new card that is known to be one FITS can hold. */
function makeCard(keyword: string, value: CardValue, comment: string): Card {
  const card = new Card(keyword.trim().replace(/^HIERARCH +/i, ''), value, { comment })
  formatCard(card)
  return card
}

function indexEntries(entries: readonly HeaderEntry[]): Map<string, HeaderEntry[]> {
  const index = new Map<string, HeaderEntry[]>()
  for (const entry of entries) {
    const name = normalizeKeyword(entry.keyword)
    const same = index.get(name)
    if (same) same.push(entry)
    else index.set(name, [entry])
  }
  return index
}
