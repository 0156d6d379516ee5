import { invalid } from './errors.js'
import type { Header } from './header.js'
import { requireInteger } from './require-integer.js'

/** The letters of TFORMn and the bytes of one element (FITS 4.0, table 18). `X` is bits, and `P` and `Q` are descriptors. */
const ELEMENT_BYTES = { L: 1, B: 1, A: 1, I: 2, J: 4, E: 4, K: 8, D: 8, C: 8, M: 16, P: 8, Q: 16, X: 1 } as const

/** What a column's elements are. */
export type ElementCode = keyof typeof ELEMENT_BYTES

/** A column of a binary table: where its field lies in a row, and what it holds. */
export interface TableColumn {
  /** TTYPEn, `''` without one. */
  readonly name: string
  /** The element's letter; of a variable-length column `P` or `Q`. */
  readonly code: ElementCode
  /** The letter of the elements in the heap, for variable-length columns. */
  readonly heapCode: ElementCode | undefined
  /** Elements in a row. */
  readonly repeat: number
  /** Bytes before the field in a row. */
  readonly offset: number
  /** Bytes of the field. */
  readonly bytes: number
}

/**
 * The columns of a binary table (FITS 4.0, section 7.3).
 *
 * @throws FITS_INVALID when TFIELDS or a TFORMn is missing or malformed, or when the columns do not fill NAXIS1 bytes.
 */
export function columnsOf(header: Header): TableColumn[] {
  const count = requireInteger(header, 'TFIELDS', { min: 0, max: 999 })
  const rowBytes = requireInteger(header, 'NAXIS1', { min: 0 })
  const columns: TableColumn[] = []
  let offset = 0
  for (let n = 1; n <= count; n++) {
    const column = columnOf(header, n, offset)
    columns.push(column)
    offset += column.bytes
  }
  if (offset !== rowBytes) {
    throw invalid(`the columns fill ${offset} bytes of a row, but NAXIS1 is ${rowBytes}`, { keyword: 'NAXIS1' })
  }
  return columns
}

/** Bytes of one element of the type. */
export function elementBytes(code: ElementCode): number {
  return ELEMENT_BYTES[code]
}

function columnOf(header: Header, n: number, offset: number): TableColumn {
  const keyword = `TFORM${n}`
  const form = header.getString(keyword)
  const match = /^\s*(\d{0,15})([LXBIJKAEDCMPQ])([LXBIJKAEDCM]?)/.exec(form ?? '')
  if (!match) throw invalid(`${keyword} is ${JSON.stringify(form ?? null)}, which is no column format`, { keyword })
  const code = match[2] as ElementCode
  const repeat = match[1] === '' ? 1 : Number(match[1])
  const isVariable = code === 'P' || code === 'Q'
  if (isVariable && (repeat > 1 || match[3] === ''))
    throw invalid(`${keyword} is '${form}', which is no descriptor`, { keyword })
  const bytes = code === 'X' ? Math.ceil(repeat / 8) : repeat * ELEMENT_BYTES[code]
  const heapCode = isVariable ? (match[3] as ElementCode) : undefined
  return { name: header.getString(`TTYPE${n}`) ?? '', code, heapCode, repeat, offset, bytes }
}
