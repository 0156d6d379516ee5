import type { Card } from './card.js'
import { normalizeKeyword } from './card.js'
import { columnKeywordFaults } from './column-keyword-faults.js'
import type { Hdu } from './hdu.js'
import type { Header } from './header.js'
import { keywordFaults } from './keyword-faults.js'
import { MANDATORY, mandatoryFaults } from './mandatory-faults.js'
import { wcsFaults } from './wcs-faults.js'

/** What is wrong with a file, in a sentence for people, without its full stop. */
export interface Fault {
  /** The HDU's place in the file. */
  readonly hdu: number
  /** `error`: it contradicts the standard or itself; `warning`: it is allowed, and likely not what somebody wanted. */
  readonly level: 'error' | 'warning'
  readonly message: string
}

/** A fault of an HDU that is known. */
export type Finding = Omit<Fault, 'hdu'>

const PRINTABLE = /^[ -~]*$/
const KEYWORD = /^[A-Z0-9_-]*$/

/**
 * What is wrong with the stored header of an HDU: its first cards, cards that cannot be read, keywords that stand there twice, or that do not
 * belong there, or whose values are of another type.
 */
export function* headerFaults(hdu: Hdu): Generator<Finding, void> {
  const { storedHeader } = hdu
  yield* mandatoryFaults(hdu)
  for (const [index, card] of storedHeader.cards.entries()) yield* cardFaults(card, index + 1)
  yield* duplicateFaults(storedHeader)
  yield* keywordFaults(hdu)
  yield* wcsFaults(storedHeader)
  const isTable = hdu.kind === 'bintable' || hdu.kind === 'compressed-image'
  if (isTable || hdu.kind === 'table') yield* columnKeywordFaults(storedHeader, hdu.kind === 'table')
  if (storedHeader.get('SIMPLE') === false) {
    yield { level: 'warning', message: 'SIMPLE is F: the file says itself that it departs from the standard' }
  }
}

function* cardFaults(card: Card, place: number): Generator<Finding, void> {
  const { keyword, problem, records = [] } = card
  const name = `card ${place}${keyword.trim() === '' ? '' : `, ${keyword.trim()}`},`
  if (problem !== undefined) yield { level: 'error', message: `${name} cannot be read: ${problem}` }
  if (!records.every((record) => PRINTABLE.test(record))) {
    yield { level: 'error', message: `${name} holds characters outside printable ASCII` }
  }
  const written = records[0]?.slice(0, 8).trimEnd() ?? ''
  if (!KEYWORD.test(written)) {
    yield { level: 'error', message: `${name} has other characters in its keyword than A-Z, 0-9, "-" and "_"` }
  }
}

function* duplicateFaults(header: Header): Generator<Finding, void> {
  const counts = new Map<string, number>()
  for (const { keyword, isCommentary } of header.cards) {
    const name = normalizeKeyword(keyword)
    if (!isCommentary) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const [keyword, count] of counts) {
    if (count > 1 && !MANDATORY.test(keyword))
      yield { level: 'warning', message: `${keyword} stands there ${count} times; the first counts` }
  }
}
