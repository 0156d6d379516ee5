import type { CardValue } from './card-value.js'

/** What a card may carry beside its keyword and value. */
export interface CardOptions {
  readonly comment?: string
  /** Whether it has no value, but text: COMMENT, HISTORY, the blank keyword, and any card without `= `. */
  readonly isCommentary?: boolean
  /** Why the value could not be read. */
  readonly problem?: string
  /** The 80-character records the card was read from. */
  readonly records?: readonly string[]
}

/**
 * One entry of a header: a keyword with its value and comment, or a line of commentary.
 *
 * A card never changes. One that was read from a file remembers its records, and is written back as it was.
 */
export class Card {
  /** As stored; of a HIERARCH card the words between `HIERARCH` and `=`. */
  readonly keyword: string
  /** The value; of commentary its text, from column 9 on. */
  readonly value: CardValue
  /** The comment, `''` without one. The comments of a continued string are joined with a blank. */
  readonly comment: string
  readonly isCommentary: boolean
  /** Why the value could not be read (it is null then); undefined for a sound card. */
  readonly problem: string | undefined
  /** The 80-character records the card was read from; undefined for one that was made. */
  readonly records: readonly string[] | undefined

  constructor(keyword: string, value: CardValue, options: CardOptions = {}) {
    this.keyword = keyword
    this.value = value
    this.comment = options.comment ?? ''
    this.isCommentary = options.isCommentary ?? false
    this.problem = options.problem
    this.records = options.records
  }
}

const NORMAL = /^[A-Z0-9_-]{1,8}$/

/** The form under which keywords are compared: upper case, without `HIERARCH` before it. */
export function normalizeKeyword(keyword: string): string {
  if (NORMAL.test(keyword)) return keyword
  const upper = keyword.trim().toUpperCase()
  return upper.startsWith('HIERARCH ') ? upper.slice(9).trim() : upper
}
