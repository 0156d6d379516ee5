import type { Card } from './card.js'
import type { Hdu } from './hdu.js'
import type { Finding } from './header-faults.js'

/** The extensions that are registered (FITS 4.0, section 3.4.1). */
const REGISTERED = new Set(['IMAGE', 'TABLE', 'BINTABLE', 'A3DTABLE', 'IUEIMAGE', 'FOREIGN', 'DUMP'])

/** The keywords of a header's first cards, which stand there only once. */
export const MANDATORY = /^(?:SIMPLE|XTENSION|BITPIX|NAXIS\d*|TFIELDS)$/

/** What is wrong with the cards that a header has to begin with: their order, their form, and what they say (FITS 4.0, sections 4.4.1 and 7). */
export function* mandatoryFaults(hdu: Hdu): Generator<Finding, void> {
  const { cards } = hdu.storedHeader
  const keywords = mandatoryKeywords(hdu)
  const wrong = keywords.findIndex((keyword, index) => cards[index]?.keyword !== keyword)
  if (wrong >= 0) {
    const found = cards[wrong]?.keyword ?? 'not there'
    yield { level: 'error', message: `card ${wrong + 1} is ${found}, but must be ${keywords[wrong]}` }
  } else {
    for (const card of cards.slice(0, keywords.length)) yield* formFaults(card)
    yield* repeatedFaults(cards, keywords)
  }
  yield* countFaults(hdu)
  const extension = hdu.storedHeader.getString('XTENSION')
  if (extension !== undefined && !REGISTERED.has(extension)) {
    yield { level: 'error', message: `XTENSION is '${extension}', which is no registered extension` }
  }
}

function mandatoryKeywords(hdu: Hdu): string[] {
  const { kind, storedHeader } = hdu
  const axes = Math.min(999, Math.max(0, storedHeader.getInteger('NAXIS') ?? 0))
  return [
    isFirst(hdu) ? 'SIMPLE' : 'XTENSION',
    'BITPIX',
    'NAXIS',
    ...Array.from({ length: axes }, (_, axis) => `NAXIS${axis + 1}`),
    ...(isFirst(hdu) ? [] : ['PCOUNT', 'GCOUNT']),
    ...(kind === 'bintable' || kind === 'table' || kind === 'compressed-image' ? ['TFIELDS'] : []),
  ]
}

function isFirst({ kind }: Hdu): boolean {
  return kind === 'primary' || kind === 'groups'
}

/** Mandatory cards are in fixed format: integers and logicals end in column 30, and a string is at least eight characters from column 11 on. */
function* formFaults({ keyword, records: [record = ''] = [] }: Card): Generator<Finding, void> {
  const isRight =
    keyword === 'SIMPLE'
      ? /^.{8}= {20}[TF](?:[ /]|$)/.test(record)
      : keyword === 'XTENSION'
        ? /^.{8}= '[^' ][^']{7,}'/.test(record)
        : /^.{8}= (?=.{19}\d(?:[ /]|$)) *[+-]?\d+(?:[ /]|$)/.test(record)
  if (!isRight) yield { level: 'error', message: `${keyword} is not in the fixed format of mandatory keywords` }
}

function* repeatedFaults(cards: readonly Card[], keywords: readonly string[]): Generator<Finding, void> {
  for (const [index, { keyword, isCommentary }] of cards.entries()) {
    if (index < keywords.length || isCommentary || !MANDATORY.test(keyword)) continue
    // What does not belong into such an HDU at all is told elsewhere.
    if (!keywords.includes(keyword) && !/^NAXIS\d/.test(keyword)) continue
    const why = keywords.includes(keyword) ? 'stands there already' : 'is beyond the axes that NAXIS tells'
    yield { level: 'error', message: `card ${index + 1}, ${keyword}, ${why}` }
  }
}

/** PCOUNT and GCOUNT are 0 and 1, but for random groups and the heap of a binary table. */
function* countFaults(hdu: Hdu): Generator<Finding, void> {
  const { kind, storedHeader } = hdu
  if (isFirst(hdu) || kind === 'other') return
  const [pcount, gcount] = [storedHeader.getInteger('PCOUNT') ?? 0, storedHeader.getInteger('GCOUNT') ?? 1]
  if (pcount !== 0 && (kind === 'image' || kind === 'table')) {
    yield { level: 'error', message: `PCOUNT is ${pcount}, but must be 0` }
  }
  if (gcount !== 1) yield { level: 'error', message: `GCOUNT is ${gcount}, but must be 1` }
}
