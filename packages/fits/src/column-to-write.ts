import type { PixelArray } from './encode-samples.js'
import { type FitsError, wrongArgument } from './errors.js'

/** A column to write: see `encodeTable`. */
export interface ColumnToWrite {
  /** TTYPEn: printable ASCII, by itself in any case; letters, digits and `_` are best. */
  readonly name: string
  /**
   * The values, row after row; of an array in each row its elements, the last axis fastest. A list of typed arrays, all of one type, is a
   * column of variable length: an array for each row. Null in a list of logicals is one left undefined.
   */
  readonly data: PixelArray | readonly string[] | readonly (boolean | null)[] | readonly PixelArray[]
  /**
   * What the numbers of a typed array are: `logical` and `bit` are 0 and 1 in a Uint8Array, `complex` the real and imaginary part by turns in
   * a Float32Array or Float64Array. Numbers by default.
   */
  readonly kind?: 'logical' | 'bit' | 'complex' | undefined
  /** Lengths of the axes of the array in each row, the slowest first; none by default: one element in a row. */
  readonly shape?: readonly number[] | undefined
  /** Whether strings take as much room as each needs; by default all take that of the longest. */
  readonly isVariable?: boolean | undefined
  /** TUNITn. */
  readonly unit?: string | undefined
  /** TDISPn: the format to show the values in, as Fortran has it. */
  readonly display?: string | undefined
  /** The integer that means "no value". */
  readonly nullValue?: number | bigint | undefined
}

/** Whether the column has an array of its own length, or a text, in each row. */
export function isVariableColumn({ data, isVariable }: ColumnToWrite): boolean {
  return isArrayList(data) || (isVariable === true && isTextList(data))
}

/** Whether the data are strings; an empty list is taken for one. */
export function isTextList(data: ColumnToWrite['data']): data is readonly string[] {
  return Array.isArray(data) && data.every((value) => typeof value === 'string')
}

/** Whether the data are an array for each row. */
function isArrayList(data: ColumnToWrite['data']): data is readonly PixelArray[] {
  return Array.isArray(data) && data.length > 0 && data.every((value) => ArrayBuffer.isView(value))
}

/** The error for a column that cannot be written. */
export function columnError({ name }: Pick<ColumnToWrite, 'name'>, what: string): FitsError {
  return wrongArgument(`column ${JSON.stringify(name)}: ${what}`)
}
