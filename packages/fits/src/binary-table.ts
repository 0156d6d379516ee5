import { type BinaryColumn, binaryColumnsOf } from './binary-columns.js'
import { decodeCells, decodeFields } from './decode-fields.js'
import { type HeapCell, heapCell } from './descriptor.js'
import { unsupported } from './errors.js'
import { readBytes } from './read-bytes.js'
import { requireInteger } from './require-integer.js'
import type { ColumnInfo } from './table-column-info.js'
import { type BlockRequest, TableHdu } from './table-hdu.js'
import { readHeap, type TableHeap } from './table-heap.js'
import { NO_SCALE } from './table-scale.js'
import type { DecodedColumn } from './table-values.js'

/** Rows in memory. */
interface RowBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly count: number
  readonly rowBytes: number
}

/** A binary table (FITS 4.0, section 7.3): columns of numbers, logicals, bits and text, also of variable length. */
export class BinaryTable extends TableHdu {
  #columns: readonly BinaryColumn[] | undefined
  #infos: readonly ColumnInfo[] | undefined
  #isStored = false

  /**
   * The same table with its fields as they are stored, each column one of bytes. For checks.
   *
   * @internal
   */
  asStored(): BinaryTable {
    const table = new BinaryTable({ ...this, source: this.source })
    table.#isStored = true
    return table
  }

  override get columns(): readonly ColumnInfo[] {
    this.#infos ??= this.#layout().map(({ info }) => info)
    return this.#infos
  }

  protected override checkLayout(): void {
    this.#layout()
    this.#heap()
  }

  protected override async decodeBlock(request: BlockRequest): Promise<DecodedColumn[]> {
    const { columns, first, count, heapBudget } = request
    const rowBytes = this.shape[1] ?? 0
    const bytes = await readBytes(this.source, this.dataOffset + first * rowBytes, count * rowBytes)
    const rows: RowBytes = { bytes, count, rowBytes }
    const decoded: DecodedColumn[] = []
    for (const place of columns) {
      const column = this.#layout()[place]!
      const isVariable = column.field.heapCode !== undefined
      decoded.push(
        isVariable
          ? await this.#decodeCells(column, rows, heapBudget)
          : decodeFields(column, gather(rows, column.field.offset, column.field.bytes), count),
      )
    }
    return decoded
  }

  #layout(): readonly BinaryColumn[] {
    this.#columns ??= this.#isStored
      ? binaryColumnsOf(this.storedHeader).map(storedColumn)
      : binaryColumnsOf(this.storedHeader)
    return this.#columns
  }

  /** @throws FITS_INVALID when THEAP is outside the data. */
  #heap(): TableHeap {
    const tableBytes = (this.shape[0] ?? 0) * (this.shape[1] ?? 0)
    const range = { min: tableBytes, max: this.dataLength, fallback: tableBytes }
    const start = requireInteger(this.storedHeader, 'THEAP', range)
    return { source: this.source, offset: this.dataOffset + start, length: this.dataLength - start }
  }

  async #decodeCells(column: BinaryColumn, rows: RowBytes, budget: { left: number }): Promise<DecodedColumn> {
    const { field } = column
    const heap = this.#heap()
    // A field without bytes has no cells either: there may be any number of such rows.
    const cells = field.bytes === 0 ? [] : cellsOf(column, rows, heap.length)
    budget.left -= cells.reduce((sum, { length }) => sum + length, 0)
    if (budget.left < 0) {
      throw unsupported(
        `the cells of column ${column.info.key} have more bytes together than the table; read fewer rows`,
        {
          column: column.info.key,
        },
      )
    }
    const found = await readHeap(heap, cells)
    return decodeCells(column, found, (row) => cells[row]!.count)
  }
}

/** The column as one of bytes. */
function storedColumn(column: BinaryColumn): BinaryColumn {
  const form = { code: 'B', scale: NO_SCALE, blank: undefined, textWidth: 0 } as const
  return { ...column, form, usedBytes: column.field.bytes }
}

function cellsOf({ field }: BinaryColumn, { bytes, count, rowBytes }: RowBytes, heapBytes: number): HeapCell[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: count }, (_, row) => heapCell(field, view, row * rowBytes, heapBytes))
}

/** The field's bytes of all rows, one after another, in memory of their own. */
function gather({ bytes, count, rowBytes }: RowBytes, offset: number, width: number): Uint8Array<ArrayBuffer> {
  const found = new Uint8Array(count * width)
  // There may be any number of rows without bytes.
  if (width === 0) return found
  if (width > 16) {
    for (let row = 0; row < count; row++) {
      const start = row * rowBytes + offset
      found.set(bytes.subarray(start, start + width), row * width)
    }
    return found
  }
  for (let row = 0, at = 0; row < count; row++) {
    const start = row * rowBytes + offset
    for (let i = 0; i < width; i++) found[at++] = bytes[start + i]!
  }
  return found
}
