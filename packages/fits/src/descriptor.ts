import { invalid } from './errors.js'
import { elementBytes, type TableColumn } from './table-columns.js'

/** Bytes in a table's heap. */
export interface HeapRange {
  /** From the start of the heap. */
  readonly offset: number
  /** In bytes. */
  readonly length: number
}

/**
 * The heap bytes that a variable-length cell points to (FITS 4.0, section 7.3.5).
 *
 * @param row The bytes of one row.
 * @param heapBytes Length of the heap.
 * @throws FITS_INVALID when they are not within the heap.
 */
export function heapRange(column: TableColumn, row: DataView, heapBytes: number): HeapRange {
  if (column.bytes === 0) return { offset: 0, length: 0 }
  const is64 = column.code === 'Q'
  const count = is64 ? Number(row.getBigInt64(column.offset)) : row.getInt32(column.offset)
  const offset = is64 ? Number(row.getBigInt64(column.offset + 8)) : row.getInt32(column.offset + 4)
  const length = column.heapCode === 'X' ? Math.ceil(count / 8) : count * elementBytes(column.heapCode ?? 'B')
  if (count === 0) return { offset: 0, length: 0 }
  if (count < 0 || offset < 0 || !(offset + length <= heapBytes)) {
    throw invalid(
      `a cell of column ${column.name} points to ${length} bytes at ${offset} of a heap of ${heapBytes} bytes`,
      {
        column: column.name,
      },
    )
  }
  return { offset, length }
}
