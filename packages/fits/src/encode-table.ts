import { binaryTableCards } from './binary-table-cards.js'
import { checksumOf, withChecksums } from './checksum-header.js'
import { type ColumnToWrite, isVariableColumn } from './column-to-write.js'
import { type ColumnWriter, columnCards, fixedColumnWriter } from './column-writer.js'
import { EMPTY_PRIMARY } from './empty-primary.js'
import type { EncodeOptions } from './encode-image.js'
import { encodePadding } from './encode-padding.js'
import { wrongArgument } from './errors.js'
import { Header } from './header.js'
import { headerToWrite } from './header-to-write.js'
import { heapBytesOf, type VariableColumnWriter, variableCellsOf, variableColumnWriter } from './variable-column.js'

/** Bytes of rows that are encoded at once. */
const BLOCK_BYTES = 1024 * 1024

/** A binary table to write. */
export interface TableToWrite {
  /** At most 999, with different names. */
  readonly columns: readonly ColumnToWrite[]
  /** EXTNAME, the name of the table; that of `header` by default. */
  readonly extname?: string | undefined
  /** What else the header of the table shall say. Its structural, scaling, compression and checksum cards are replaced by the table's own. */
  readonly header?: Header | undefined
  /** How many rows; only to be said where no column has an element in each row. */
  readonly rowCount?: number | undefined
}

/** A table of which is known how its bytes lie. */
interface TableLayout {
  readonly header: Header
  readonly writers: readonly ColumnWriter[]
  readonly rowBytes: number
  readonly rowCount: number
  readonly heapBytes: number
}

/**
 * A complete FITS file with one binary table behind an empty primary HDU, in pieces of about a megabyte; each piece is the caller's.
 *
 * Typed arrays become columns of their type (`B I J K E D`), bit for bit, with the TZEROn that the standard has for Int8Array and unsigned
 * types; strings are as wide as the longest. What `TableHdu.column` gives of a column, this writes, given its `kind` and `shape`. The data
 * are only read, while the pieces are taken.
 *
 * @throws TypeError when the columns differ in rows or share a name, or one cannot be written in FITS.
 * @example
 * const columns = [{ name: 'x', data: new Float64Array(2), unit: 'pix' }, { name: 'id', data: ['M13', 'M15'] }]
 * await writeFile('out.fits', encodeTable({ columns, extname: 'CAT' }))
 */
export function encodeTable(table: TableToWrite, options: EncodeOptions = {}): Iterable<Uint8Array<ArrayBuffer>> {
  const layout = layoutOf(table)
  // What cannot be written is refused here, not where the first piece is taken.
  layout.header.format()
  return pieces(layout, options)
}

function* pieces(layout: TableLayout, { checksum = false }: EncodeOptions): Generator<Uint8Array<ArrayBuffer>, void> {
  yield (checksum ? withChecksums(EMPTY_PRIMARY, checksumOf([])) : EMPTY_PRIMARY).format()
  yield (checksum ? withChecksums(layout.header, checksumOf(dataPieces(layout))) : layout.header).format()
  yield* dataPieces(layout)
}

function* dataPieces(layout: TableLayout): Generator<Uint8Array<ArrayBuffer>, void> {
  const { rowBytes, rowCount, writers, heapBytes } = layout
  const size = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(1, rowBytes)))
  for (let from = 0; rowBytes > 0 && from < rowCount; from += size) {
    yield encodeBlock(layout, from, Math.min(rowCount, from + size))
  }
  for (const writer of writers) {
    if ('heapPieces' in writer)
      yield* (writer as VariableColumnWriter).heapPieces() as Iterable<Uint8Array<ArrayBuffer>>
  }
  const padding = encodePadding(rowBytes * rowCount + heapBytes)
  if (padding.length > 0) yield padding
}

function encodeBlock({ writers, rowBytes }: TableLayout, from: number, to: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array((to - from) * rowBytes)
  let offset = 0
  for (const writer of writers) {
    const { bytes } = writer
    const fields = writer.encodeRows(from, to)
    for (let row = 0; row < to - from; row++) {
      block.set(fields.subarray(row * bytes, (row + 1) * bytes), row * rowBytes + offset)
    }
    offset += bytes
  }
  return block
}

function layoutOf(table: TableToWrite): TableLayout {
  checkNames(table.columns)
  const { writers, heapBytes } = writersOf(table.columns)
  const rowCount = rowCountOf(table, writers)
  const rowBytes = writers.reduce((sum, { bytes }) => sum + bytes, 0)
  const own = headerToWrite(table.header ?? new Header())
  const named = table.extname === undefined ? own : own.set('EXTNAME', table.extname)
  const structure = binaryTableCards({ rowBytes, rowCount, heapBytes, columnCount: writers.length })
  const header = new Header([...structure, ...writers.flatMap((writer, i) => columnCards(writer, i + 1)), ...named])
  return { header, writers, rowBytes, rowCount, heapBytes }
}

function writersOf(columns: readonly ColumnToWrite[]): { writers: ColumnWriter[]; heapBytes: number } {
  const cells = new Map(columns.filter(isVariableColumn).map((column) => [column, variableCellsOf(column)]))
  const heapBytes = [...cells.values()].reduce((sum, one) => sum + heapBytesOf(one), 0)
  let start = 0
  const writers = columns.map((column) => {
    const own = cells.get(column)
    if (!own) return fixedColumnWriter(column)
    const writer = variableColumnWriter(own, start, heapBytes)
    start += heapBytesOf(own)
    return writer
  })
  return { writers, heapBytes }
}

function rowCountOf(table: TableToWrite, writers: readonly ColumnWriter[]): number {
  const known = writers.filter((writer) => writer.rowCount !== undefined)
  const rowCount = table.rowCount ?? known[0]?.rowCount ?? 0
  if (!Number.isSafeInteger(rowCount) || rowCount < 0) throw wrongArgument(`${rowCount} is no number of rows`)
  const other = known.find((writer) => writer.rowCount !== rowCount)
  if (other) {
    throw wrongArgument(
      `column ${JSON.stringify(other.column.name)} has ${other.rowCount} rows, but the table has ${rowCount}`,
    )
  }
  return rowCount
}

function checkNames(columns: readonly ColumnToWrite[]): void {
  if (!Array.isArray(columns)) throw wrongArgument('a table has a list of columns')
  if (columns.length > 999) throw wrongArgument(`a table has at most 999 columns, not ${columns.length}`)
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (!isName(name)) {
      throw wrongArgument(`${JSON.stringify(name)} is no name of a column: printable ASCII, 68 characters at most`)
    }
    const upper = name.trim().toUpperCase()
    if (seen.has(upper))
      throw wrongArgument(`two columns are called ${JSON.stringify(name)}, which differ by case at most`)
    seen.add(upper)
  }
}

/** Whether it fits one card: TTYPEn must not be continued (FITS 4.0, section 4.2.1.2). */
function isName(name: unknown): boolean {
  if (typeof name !== 'string' || !/^[ -~]+$/.test(name) || name.trim() === '') return false
  return name.replaceAll("'", "''").length <= 68
}
