import { elementLetter, isDisplayOf } from './display-format.js'
import type { Header } from './header.js'
import type { Finding } from './header-faults.js'
import { columnOfKeyword } from './keyword-faults.js'

/** The formats of columns (FITS 4.0, tables 15 and 18): of text in several strings, or with such a convention, too. */
const BINARY_FORM = /^\d*(?:[LXBIJKEDCM]|A(?:\d*|:SSTR\d+(?:\/\d+)?)|[PQ][LXBIJKAEDCM](?:\(\d*\))?)$/
const ASCII_FORM = /^(?:[AI]\d+|[FED]\d+(?:\.\d+)?)$/

/** What is wrong with the keywords of a table's columns: with their numbers, and with what they say of a column of its format. */
export function* columnKeywordFaults(header: Header, isAscii: boolean): Generator<Finding, void> {
  const count = header.getInteger('TFIELDS') ?? 0
  for (const { keyword, isCommentary } of header.cards) {
    const column = isCommentary ? undefined : columnOfKeyword(keyword)
    if (column === undefined || column <= count) continue
    yield { level: 'error', message: `${keyword} is of column ${column}, but TFIELDS is ${count}` }
  }
  for (let n = 1; n <= Math.min(count, 999); n++) {
    const format = header.getString(`TFORM${n}`)
    if (format === undefined) continue
    for (const message of faultsOf(header, n, format.trimEnd(), isAscii)) yield { level: 'error', message }
    if (!isAscii) yield* shapeFaults(header, n, format)
  }
}

function* faultsOf(header: Header, n: number, format: string, isAscii: boolean): Generator<string, void> {
  const letter = elementLetter(format)
  if (!(isAscii ? ASCII_FORM : BINARY_FORM).test(format))
    yield `TFORM${n} is '${format.slice(0, 40)}', which is no column format`
  const display = header.getString(`TDISP${n}`)?.trimEnd() ?? ''
  if (!isDisplayOf(display, format)) {
    yield `TDISP${n} is '${display.slice(0, 40)}', which is no format for a column of '${format}'`
  }
  yield* nullFaults(header, n, letter, isAscii)
  for (const keyword of [`TSCAL${n}`, `TZERO${n}`]) {
    if (header.has(keyword) && 'ALX'.includes(letter))
      yield `${keyword} scales a column of '${format}', which holds no numbers`
  }
}

function* nullFaults(header: Header, n: number, letter: string, isAscii: boolean): Generator<string, void> {
  const value = header.get(`TNULL${n}`)
  if (value === undefined || value === null) return
  if (isAscii) {
    if (typeof value !== 'string') yield `TNULL${n} is ${String(value)}, but must be a string`
  } else if (letter === '' || !'BIJK'.includes(letter)) {
    yield `TNULL${n} means nothing for a column that holds no integers`
  } else if (typeof value !== 'bigint' && !Number.isInteger(value)) {
    yield `TNULL${n} must be an integer`
  }
}

/** TDIMn names as many elements as a field has. Where it names fewer the others mean nothing; where more, or none at all, it is not heeded. */
function* shapeFaults(header: Header, n: number, format: string): Generator<Finding, void> {
  const shape = header.getString(`TDIM${n}`)
  const repeat = Number(/^\s*(\d+)/.exec(format)?.[1] ?? 1)
  if (shape === undefined || repeat === 0 || /^\s*\d*[PQ]/.test(format)) return
  const axes = /^\((\s*\d+\s*(?:,\s*\d+\s*)*)\)\s*$/.exec(shape)?.[1]?.split(',').map(Number)
  if (axes === undefined) {
    yield { level: 'error', message: `TDIM${n} is '${shape.slice(0, 40)}', which is no shape such as (3,5)` }
    return
  }
  const count = axes.reduce((a, b) => a * b, 1)
  if (count > repeat || count === 0) {
    const what = `names ${count} elements, but column ${n} has ${repeat} in a row`
    yield { level: 'error', message: `TDIM${n} ${what}; it is left out of account` }
  } else if (count < repeat) {
    yield {
      level: 'warning',
      message: `TDIM${n} names ${count} of the ${repeat} elements of column ${n}; the others mean nothing`,
    }
  }
}
