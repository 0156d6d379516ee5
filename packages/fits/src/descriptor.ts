import { invalid } from './errors.js'
import { elementBytes, type TableColumn } from './table-columns.js'

/** Bytes in a table's heap. */
export interface HeapRange {
  /** From the start of the heap. */
  readonly offset: number
  /** In bytes. */
  readonly length: number
}

/** What a variable-length cell points to. */
export interface HeapCell extends HeapRange {
  /** Elements; of a bit array bits. */
  readonly count: number
}

/**
 * The heap bytes that a variable-length cell points to (FITS 4.0, section 7.3.5).
 *
 * @param row The bytes of one row.
 * @param heapBytes Length of the heap.
 * @throws FITS_INVALID when they are not within the heap.
 */
export function heapRange(column: TableColumn, row: DataView, heapBytes: number): HeapRange {
  return heapCell(column, row, 0, heapBytes)
}

/**
 * What the variable-length cell of a row points to (FITS 4.0, section 7.3.5).
 *
 * @param rows The bytes of some rows.
 * @param at Where in these bytes the row begins.
 * @param heapBytes Length of the heap.
 * @throws FITS_INVALID when it is not within the heap.
 */
export function heapCell(column: TableColumn, rows: DataView, at: number, heapBytes: number): HeapCell {
  if (column.bytes === 0) return { count: 0, offset: 0, length: 0 }
  const is64 = column.code === 'Q'
  const start = at + column.offset
  const count = is64 ? Number(rows.getBigInt64(start)) : rows.getInt32(start)
  const offset = is64 ? Number(rows.getBigInt64(start + 8)) : rows.getInt32(start + 4)
  // Where an empty cell points to means nothing.
  if (count === 0) return { count: 0, offset: 0, length: 0 }
  const length = column.heapCode === 'X' ? Math.ceil(count / 8) : count * elementBytes(column.heapCode ?? 'B')
  if (count < 0 || offset < 0 || !(offset + length <= heapBytes)) {
    throw invalid(
      `a cell of column ${column.name} points to ${length} bytes at ${offset} of a heap of ${heapBytes} bytes`,
      {
        column: column.name,
      },
    )
  }
  return { count, offset, length }
}
