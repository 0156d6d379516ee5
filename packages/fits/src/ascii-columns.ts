import { invalid } from './errors.js'
import type { Header } from './header.js'
import { requireInteger } from './require-integer.js'
import { type ColumnInfo, type ColumnKind, columnInfoOf } from './table-column-info.js'
import { type ColumnScale, columnScaleOf, NO_SCALE } from './table-scale.js'

/** A column of an ASCII table: what is said of it, and where and how its text stands in a row. */
export interface AsciiColumn {
  readonly info: ColumnInfo
  readonly code: 'A' | 'I' | 'F' | 'E' | 'D'
  /** Characters before the field in a row. */
  readonly offset: number
  readonly width: number
  /** How many of the last digits are behind the decimal point, where a number has none. */
  readonly decimals: number
  readonly scale: ColumnScale
  /** TNULLn, without the blanks around it. */
  readonly blank: string | undefined
}

/**
 * The columns of an ASCII table (FITS 4.0, section 7.2).
 *
 * @throws FITS_INVALID when a mandatory keyword is missing or malformed, or a column does not lie within a row.
 */
export function asciiColumnsOf(header: Header): AsciiColumn[] {
  const count = requireInteger(header, 'TFIELDS', { min: 0, max: 999 })
  const rowBytes = requireInteger(header, 'NAXIS1', { min: 0 })
  const taken = new Set<string>()
  return Array.from({ length: count }, (_, index) => columnOf(header, index + 1, rowBytes, taken))
}

function columnOf(header: Header, n: number, rowBytes: number, taken: Set<string>): AsciiColumn {
  const format = header.getString(`TFORM${n}`)
  const match = /^\s*([AIFED])(\d{1,9})(?:\.(\d{1,9}))?\s*$/.exec(format ?? '')
  const keyword = `TFORM${n}`
  if (!match) throw invalid(`${keyword} is ${JSON.stringify(format ?? null)}, which is no column format`, { keyword })
  const code = match[1] as AsciiColumn['code']
  const width = Number(match[2])
  const offset = requireInteger(header, `TBCOL${n}`, { min: 1, max: rowBytes }) - 1
  if (width === 0 || offset + width > rowBytes) {
    throw invalid(`column ${n} has ${width} characters from ${offset + 1} on, but a row has ${rowBytes}`, { keyword })
  }
  const scale = code === 'A' ? NO_SCALE : columnScaleOf(header, n)
  const blank = header.getString(`TNULL${n}`)?.trim()
  const nullValue = code === 'A' ? header.getString(`TNULL${n}`) : undefined
  const shape = { kind: kindOf(code, scale), repeat: 1, shape: [], isVariable: false, nullValue }
  const info = columnInfoOf(header, n, shape, taken)
  return { info, code, offset, width, decimals: Number(match[3] ?? 0), scale, blank }
}

function kindOf(code: AsciiColumn['code'], scale: ColumnScale): ColumnKind {
  if (code === 'A') return 'string'
  return code === 'I' && scale.linear === undefined ? 'integer' : 'float'
}
