import type { Card } from './card.js'
import { normalizeKeyword } from './card.js'
import type { Hdu } from './hdu.js'
import type { Header } from './header.js'

/** What is wrong with a file, in a sentence for people, without its full stop. */
export interface Fault {
  /** The HDU's place in the file. */
  readonly hdu: number
  /** `error`: it contradicts the standard or itself; `warning`: it is allowed, and likely not what somebody wanted. */
  readonly level: 'error' | 'warning'
  readonly message: string
}

/** A fault of an HDU that is known. */
type Finding = Omit<Fault, 'hdu'>

const PRINTABLE = /^[ -~]*$/
const KEYWORD = /^[A-Z0-9_-]*$/

/** What is wrong with the stored header of an HDU: the order of its first cards, cards that cannot be read, keywords that stand there twice. */
export function* headerFaults(hdu: Hdu): Generator<Finding, void> {
  const { storedHeader } = hdu
  yield* orderFaults(hdu)
  for (const [index, card] of storedHeader.cards.entries()) yield* cardFaults(card, index + 1)
  yield* duplicateFaults(storedHeader)
  if (storedHeader.get('SIMPLE') === false) {
    yield { level: 'warning', message: 'SIMPLE is F: the file says itself that it departs from the standard' }
  }
  if (hdu.bitpix < 0 && storedHeader.has('BLANK')) yield { level: 'warning', message: 'BLANK means nothing for floats' }
}

function* orderFaults(hdu: Hdu): Generator<Finding, void> {
  const { cards } = hdu.storedHeader
  for (const [index, keyword] of mandatoryKeywords(hdu).entries()) {
    const found = cards[index]?.keyword
    if (found === keyword) continue
    yield { level: 'error', message: `card ${index + 1} is ${found ?? 'not there'}, but must be ${keyword}` }
    return
  }
}

/** In the order in which they begin the header (FITS 4.0, sections 4.4.1 and 7). */
function mandatoryKeywords({ kind, storedHeader }: Hdu): string[] {
  const axes = Math.min(999, Math.max(0, storedHeader.getInteger('NAXIS') ?? 0))
  const isFirst = kind === 'primary' || kind === 'groups'
  const isTable = kind === 'bintable' || kind === 'table' || kind === 'compressed-image'
  return [
    isFirst ? 'SIMPLE' : 'XTENSION',
    'BITPIX',
    'NAXIS',
    ...Array.from({ length: axes }, (_, axis) => `NAXIS${axis + 1}`),
    ...(isFirst ? [] : ['PCOUNT', 'GCOUNT']),
    ...(isTable ? ['TFIELDS'] : []),
  ]
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
    if (count > 1) yield { level: 'warning', message: `${keyword} stands there ${count} times; the first counts` }
  }
}
