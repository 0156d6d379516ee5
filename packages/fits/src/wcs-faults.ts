import type { Card } from './card.js'
import type { Header } from './header.js'
import type { Finding } from './header-faults.js'

/** The keywords of world coordinates, with their axes and the letter of their description. */
const AXIS = /^(?:CTYPE|CUNIT|CNAME|CRPIX|CRVAL|CDELT|CRDER|CSYER)(\d{1,2})()([A-Z]?)$/
const MATRIX = /^(?:PC|CD)(\d{1,2})_(\d{1,2})([A-Z]?)$/

/** What is wrong with the world coordinates of an image, each description by itself (FITS 4.0, section 8.2). */
export function* wcsFaults(header: Header): Generator<Finding, void> {
  const cards = header.cards.filter(({ isCommentary }) => !isCommentary)
  const letters = new Set(cards.flatMap(({ keyword }) => placeOf(keyword)?.letter ?? []))
  for (const letter of letters) yield* descriptionFaults(header, cards, letter)
}

interface Place {
  readonly axes: readonly number[]
  readonly letter: string
}

function placeOf(keyword: string): Place | undefined {
  const match = AXIS.exec(keyword) ?? MATRIX.exec(keyword)
  if (!match) return undefined
  const [, first, second, letter = ''] = match
  return { axes: [Number(first), ...(second ? [Number(second)] : [])], letter }
}

function* descriptionFaults(header: Header, cards: readonly Card[], letter: string): Generator<Finding, void> {
  const own = cards.filter(({ keyword }) => placeOf(keyword)?.letter === letter)
  const count = header.card(`WCSAXES${letter}`)
  if (count) yield* axesFaults(count, own, cards)
  const [pc, cd] = ['PC', 'CD'].map((name) => own.find(({ keyword }) => new RegExp(`^${name}\\d`).test(keyword)))
  if (pc && cd) yield { level: 'error', message: `${pc.keyword} and ${cd.keyword} exclude each other` }
  const turn = letter === '' ? cards.find(({ keyword }) => /^CROTA\d/.test(keyword)) : undefined
  if (pc && turn) yield { level: 'error', message: `${pc.keyword} and ${turn.keyword} exclude each other` }
  for (const { keyword, value } of own) {
    if (keyword.startsWith('CDELT') && value === 0) yield { level: 'error', message: `${keyword} is 0` }
  }
}

function* axesFaults(count: Card, own: readonly Card[], cards: readonly Card[]): Generator<Finding, void> {
  const early = own.find((card) => cards.indexOf(card) < cards.indexOf(count))
  if (early) yield { level: 'error', message: `${count.keyword} must come before ${early.keyword}` }
  for (const { keyword } of own) {
    const axis = Math.max(...placeOf(keyword)!.axes)
    if (typeof count.value !== 'number' || axis <= count.value) continue
    yield { level: 'error', message: `${keyword} is of axis ${axis}, but ${count.keyword} is ${count.value}` }
  }
}
