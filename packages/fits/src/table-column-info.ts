import type { Header } from './header.js'
import type { ColumnScale } from './table-scale.js'

/**
 * What the values of a column are. `integer` and `float` are numbers as they come from the file's scale; `bit` is an array of bits
 * (`X`), `complex` has two parts.
 */
export type ColumnKind = 'logical' | 'bit' | 'integer' | 'float' | 'complex' | 'string'

/** What a table says of one of its columns. */
export interface ColumnInfo {
  /** Its place, counted from 1 as in TTYPEn. */
  readonly number: number
  /** TTYPEn, `''` without one. */
  readonly name: string
  /** By what rows have it: its name, or `columnN` where it has none, or has that of a column before it. */
  readonly key: string
  /** TFORMn. */
  readonly format: string
  readonly kind: ColumnKind
  /** Elements in a row: 1 but for arrays; 0 where the column is empty, and where each row has as many as it likes. */
  readonly repeat: number
  /** Lengths of the axes of the array in each row, the slowest first (TDIMn backwards); empty where a row has one element. */
  readonly shape: readonly number[]
  /** Whether each row has as many elements as it likes. */
  readonly isVariable: boolean
  /** TUNITn: the unit of the values. */
  readonly unit: string | undefined
  /** TDISPn: the format to show them in, as Fortran has it. */
  readonly display: string | undefined
  /** The value that means "no value"; undefined where every value is one. Of scaled columns such values are NaN already. */
  readonly nullValue: number | bigint | string | undefined
}

/** The column's own part of its description. */
export type ColumnShape = Pick<ColumnInfo, 'kind' | 'repeat' | 'shape' | 'isVariable' | 'nullValue'>

/** The description of column `n`. */
export function columnInfoOf(header: Header, n: number, shape: ColumnShape, taken: Set<string>): ColumnInfo {
  const name = header.getString(`TTYPE${n}`) ?? ''
  const isFree = name.trim() !== '' && !taken.has(name)
  const key = isFree ? name : `column${n}`
  taken.add(key)
  return {
    number: n,
    name,
    key,
    format: header.getString(`TFORM${n}`) ?? '',
    unit: header.getString(`TUNIT${n}`),
    display: header.getString(`TDISP${n}`),
    ...shape,
  }
}

/** What the elements of these letters are, scaled or not. */
export function kindOfElements(code: string, scale: ColumnScale): ColumnKind {
  if (code === 'A') return 'string'
  if (code === 'L') return 'logical'
  if (code === 'X') return 'bit'
  if (code === 'C' || code === 'M') return 'complex'
  return 'BIJK'.includes(code) && scale.linear === undefined ? 'integer' : 'float'
}

/**
 * The axes that TDIMn names, the fastest first; undefined without it, and where it is malformed or names more than `count` elements. Where it
 * names fewer, the rest of a field means nothing (FITS 4.0, section 7.3.2).
 */
export function dimensionsOf(header: Header, n: number, count: number): number[] | undefined {
  const match = /^\s*\(([\d\s,]+)\)/.exec(header.getString(`TDIM${n}`) ?? '')
  if (!match || count === 0) return undefined
  const axes = match[1]!.split(',').map((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  const fits = axes.every((length) => length > 0) && axes.reduce((a, b) => a * b, 1) <= count
  return fits ? axes : undefined
}
