import type { Complex } from './card-value.js'
import type { PixelArray } from './encode-samples.js'

/** The values of a column: see `TableHdu.column`. */
export type ColumnValues = PixelArray | string[] | PixelArray[]

/** One cell of a row: see `TableHdu.rows`. */
export type CellValue =
  | number
  | bigint
  | boolean
  | string
  | Complex
  | null
  | PixelArray
  | readonly string[]
  | readonly (boolean | null)[]
  | readonly Complex[]

/** A row, by the names of its columns. The object has no prototype: a column may have any name. */
export type TableRow = Readonly<Record<string, CellValue>>

/** Decoded elements, one after another; of complex numbers their two parts. */
export interface DecodedElements {
  readonly values: PixelArray | string[]
  /** 1 for each element that is no value: TNULLn, a logical left undefined. Undefined where all are values. */
  readonly nulls: Uint8Array | undefined
}

/** What was decoded of a column of variable length: a cell for each row. */
export interface DecodedCells {
  readonly cells: readonly DecodedElements[]
}

/** What was decoded of a column. */
export type DecodedColumn = DecodedElements | DecodedCells

/** Whether there is a cell for each row, with as many elements as it likes. */
export function isCells(decoded: DecodedColumn): decoded is DecodedCells {
  return 'cells' in decoded
}

/** The values, with NaN in place of what is none, where they are floats: in place. */
export function withNaN({ values, nulls }: DecodedElements): PixelArray | string[] {
  if (!nulls || !(values instanceof Float64Array || values instanceof Float32Array)) return values
  for (let i = 0; i < nulls.length; i++) if (nulls[i]) values[i] = Number.NaN
  return values
}
