import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FIXTURES = join(import.meta.dirname, '../../packages/fits/test/fixtures')

/** Files that others wrote; they stand beside the checkout, or not at all. */
const COLLECTION = join(import.meta.dirname, '../../../shared/fits/files')

/** Larger files take longer, and have little that smaller ones have not. */
const MAX_BYTES = 50_000

const STRUCTURE =
  /^(?:SIMPLE|XTENSION|BITPIX|NAXIS|PCOUNT|GCOUNT|GROUPS|TFIELDS|THEAP|BSCALE|BZERO|BLANK|CONTINUE|T[A-Z]{3,4}\d|Z[A-Z]{2,})/

/** The files that damage is done to, each with where its cards and its data are; sound ones, and some that are broken already. */
export function corpus() {
  const folders = [FIXTURES, ...['real', 'matrix', 'hostile'].map((name) => join(COLLECTION, name))].filter(existsSync)
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(?:fits|fz|gz)/.test(name))
      .sort()
      .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
      .filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES)
      .map(described),
  )
}

function described({ name, bytes }) {
  const text = bytes.toString('latin1')
  const cards = []
  const structure = []
  const data = []
  for (let start = 0; start + 2880 <= text.length; start += 2880) {
    const isHeader = /^(?:SIMPLE {2}=|XTENSION=)/.test(text.slice(start, start + 9))
    if (isHeader) start = headerAt(text, start, cards, structure)
    else data.push(start)
  }
  return { name, bytes, cards, structure, data }
}

/** Notes the cards of a header; gives back where its last block begins. */
function headerAt(text, start, cards, structure) {
  for (let at = start; at + 80 <= text.length; at += 80) {
    const card = text.slice(at, at + 80)
    cards.push(at)
    if (STRUCTURE.test(card)) structure.push(at)
    if (/^END {77}$/.test(card)) return at - (at % 2880)
  }
  return text.length
}
