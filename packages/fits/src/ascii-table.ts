import { type AsciiColumn, asciiColumnsOf } from './ascii-columns.js'
import { parseAsciiInteger, parseAsciiReal } from './ascii-number.js'
import { trimEndBlanks } from './card-value.js'
import type { PixelArray } from './encode-samples.js'
import { invalid } from './errors.js'
import { readBytes } from './read-bytes.js'
import type { ColumnInfo } from './table-column-info.js'
import { type BlockRequest, TableHdu } from './table-hdu.js'
import type { DecodedColumn, DecodedElements } from './table-values.js'

/** The longest integers whose values surely fit 32 bits. */
const INT32_WIDTH = 9

/** Text of rows in memory. */
interface RowText {
  readonly text: string
  readonly first: number
  readonly count: number
  readonly rowLength: number
}

/** An ASCII table (FITS 4.0, section 7.2): columns of text, integers and reals, written as Fortran writes them. */
export class AsciiTable extends TableHdu {
  #columns: readonly AsciiColumn[] | undefined
  #infos: readonly ColumnInfo[] | undefined
  #isStored = false

  /**
   * The same table with its fields as they are stored, each column one of text. For checks.
   *
   * @internal
   */
  asStored(): AsciiTable {
    const table = new AsciiTable({ ...this, source: this.source })
    table.#isStored = true
    return table
  }

  override get columns(): readonly ColumnInfo[] {
    this.#infos ??= this.#layout().map(({ info }) => info)
    return this.#infos
  }

  protected override checkLayout(): void {
    this.#layout()
  }

  protected override async decodeBlock({ columns, first, count }: BlockRequest): Promise<DecodedColumn[]> {
    const rowLength = this.shape[1] ?? 0
    const bytes = await readBytes(this.source, this.dataOffset + first * rowLength, count * rowLength)
    const rows: RowText = { text: Buffer.from(bytes.buffer).toString('latin1'), first, count, rowLength }
    const decode = this.#isStored ? storedColumn : decodeColumn
    return columns.map((place) => decode(this.#layout()[place]!, rows))
  }

  #layout(): readonly AsciiColumn[] {
    this.#columns ??= asciiColumnsOf(this.storedHeader)
    return this.#columns
  }
}

function storedColumn(column: AsciiColumn, rows: RowText): DecodedElements & { values: string[] } {
  const values = Array.from({ length: rows.count }, (_, row) => {
    const start = row * rows.rowLength + column.offset
    return rows.text.slice(start, start + column.width)
  })
  return { values, nulls: undefined }
}

function decodeColumn(column: AsciiColumn, rows: RowText): DecodedColumn {
  const texts = storedColumn(column, rows).values
  if (column.code === 'A') return { values: texts.map(textOf), nulls: undefined }
  const nulls = nullsOf(column, texts)
  return {
    values: column.code === 'I' ? integersOf(column, texts, nulls, rows) : realsOf(column, texts, nulls, rows),
    nulls,
  }
}

/** The text up to a NUL, which does not belong there, without the blanks at its end. */
function textOf(text: string): string {
  const end = text.indexOf('\0')
  return trimEndBlanks(end < 0 ? text : text.slice(0, end))
}

function nullsOf({ blank }: AsciiColumn, texts: readonly string[]): Uint8Array | undefined {
  if (blank === undefined) return undefined
  const nulls = Uint8Array.from(texts, (text) => (text.trim() === blank ? 1 : 0))
  return nulls.includes(1) ? nulls : undefined
}

function integersOf(
  column: AsciiColumn,
  texts: readonly string[],
  nulls: Uint8Array | undefined,
  rows: RowText,
): PixelArray {
  const { linear } = column.scale
  if (column.width > INT32_WIDTH && !linear) {
    return BigInt64Array.from(texts, (text, i) => (isZero(text, nulls?.[i]) ? 0n : integerAt(column, text, rows, i)))
  }
  const integers = texts.map((text, i) => (isZero(text, nulls?.[i]) ? 0 : Number(integerAt(column, text, rows, i))))
  return linear ? scaled(Float64Array.from(integers), column) : Int32Array.from(integers)
}

function realsOf(
  column: AsciiColumn,
  texts: readonly string[],
  nulls: Uint8Array | undefined,
  rows: RowText,
): PixelArray {
  const reals = Float64Array.from(texts, (text, i) => {
    if (isZero(text, nulls?.[i])) return 0
    const value = parseAsciiReal(text, column.decimals)
    if (value === undefined) throw noNumber(column, text, rows.first + i)
    return value
  })
  return scaled(reals, column)
}

/** Whether the field stands for 0: it is blank, or no value. */
function isZero(text: string, isNull: number | undefined): boolean {
  return isNull === 1 || text.trim() === ''
}

function integerAt(column: AsciiColumn, text: string, { first }: RowText, row: number): bigint {
  const value = parseAsciiInteger(text)
  if (value === undefined || BigInt.asIntN(64, value) !== value) throw noNumber(column, text, first + row)
  return value
}

function scaled(values: Float64Array, { scale: { linear } }: AsciiColumn): Float64Array {
  if (linear) for (let i = 0; i < values.length; i++) values[i] = values[i]! * linear.factor + linear.zero
  return values
}

function noNumber({ info }: AsciiColumn, text: string, row: number): Error {
  return invalid(`row ${row} of column ${info.key} is ${JSON.stringify(text.slice(0, 40))}, which is no number`, {
    column: info.key,
    row,
  })
}
