import { abortable } from './abortable.js'
import { checkOptions } from './check-arguments.js'
import { ColumnCollector, NumberCollector, type ValueCollector } from './collect-column.js'
import { invalid, wrongArgument } from './errors.js'
import { Hdu } from './hdu.js'
import type { ReadOptions } from './image-hdu.js'
import { showValue } from './show-value.js'
import { cellOf } from './table-cell.js'
import type { ColumnInfo } from './table-column-info.js'
import type { ColumnValues, DecodedColumn, TableRow } from './table-values.js'

/** Bytes of rows that are read at once. */
const BLOCK_BYTES = 1024 * 1024

/** Which rows to read: all of them by default. */
export interface TableRange extends ReadOptions {
  /** The first row, counted from 0. */
  readonly from?: number | undefined
  /** The row after the last. */
  readonly to?: number | undefined
}

/** Which columns of which rows to read. */
export interface TableSelection<Name extends string = string> extends TableRange {
  /** Names of columns; all of them by default. */
  readonly columns?: readonly Name[] | undefined
}

/** Consecutive rows, decoded. */
export interface TableBlock {
  readonly first: number
  readonly count: number
  /** One for each column that was asked for. */
  readonly decoded: readonly DecodedColumn[]
}

/** What to decode at once. */
export interface BlockRequest {
  /** Places of columns, counted from 0. */
  readonly columns: readonly number[]
  readonly first: number
  readonly count: number
  /** How many bytes the cells of variable length may still have together; lowered by those that were read. */
  readonly heapBudget: { left: number }
}

/**
 * An HDU that holds a table: columns and rows on demand, of which only the bytes of the rows that are asked for are read, a megabyte at a
 * time.
 *
 * Rows are counted from 0, columns from 1 as in the header. A column is named without regard to case, unless two differ by case only.
 */
export abstract class TableHdu extends Hdu {
  /** Number of rows, NAXIS2. */
  get rowCount(): number {
    return this.shape[0] ?? 0
  }

  /**
   * The columns, in order.
   *
   * @throws FITS_INVALID when the header does not describe a table.
   */
  abstract get columns(): readonly ColumnInfo[]

  /**
   * The values of a column: an array of the type that holds them exactly, row after row. The caller owns it.
   *
   * - Integers of 8, 16 and 32 bits, also unsigned, are Uint8Array, Int8Array, Int16Array, Uint16Array, Int32Array, Uint32Array; those of
   *   64 bits BigInt64Array, BigUint64Array. TNULLn stays the integer it is: `nullValue` of the column tells it.
   * - Floats are Float32Array or Float64Array; what TSCALn and TZEROn scale is Float64Array, with NaN for TNULLn.
   * - Logicals and bits are a Uint8Array of 1 and 0; a logical left undefined is 0.
   * - Complex numbers are a Float32Array or Float64Array of real and imaginary part by turns.
   * - Strings are a list, without the NUL or blanks that fill them up.
   * - Of an array in each row the elements follow one another, the last axis of `shape` fastest.
   * - A column of variable length is a list with one such array for each row (of text: one string for each row).
   *
   * A column without bytes has no elements. In ASCII tables a blank number is 0, and TNULLn is 0, or NaN of a float; integers of more than
   * nine characters are BigInt64Array.
   *
   * @param which Its name, or its number, counted from 1.
   * @throws FITS_INVALID when there is no such column, or it is malformed; FITS_TRUNCATED when the table is cut.
   * @throws FITS_UNSUPPORTED for more values than memory can have, for which fewer rows are to be asked; of a compressed table for a column
   * whose compression is unknown.
   * @throws FITS_ARGUMENT when the rows are not in the table, FITS_CLOSED when the file was closed.
   */
  async column(which: string | number, range: TableRange = {}): Promise<ColumnValues> {
    const place = this.#find(which)
    const info = this.columns[place]!
    const [values] = await this.#collect([place], [new ColumnCollector(info)], range)
    return values!
  }

  /**
   * The values of a numeric column as float64, NaN where there is no value: TNULLn, also of 64 bits or within an array, and a logical left
   * undefined. Logicals and bits are 1 and 0, scaled integers what they are scaled to. Of an array in each row the elements follow one
   * another, the last axis of `shape` fastest. A blank number of an ASCII table is 0, as the standard has it, unless TNULLn is blank.
   *
   * @throws FITS_INVALID when the column holds strings, complex numbers, or arrays of variable length.
   * @throws FITS_UNSUPPORTED when a 64-bit integer is beyond 2^53 and no float64: `column` gives it. Else as `column`.
   */
  async numbers(which: string | number, range: TableRange = {}): Promise<Float64Array<ArrayBuffer>> {
    const place = this.#find(which)
    const info = this.columns[place]!
    if (info.kind === 'string' || info.kind === 'complex' || info.isVariable) {
      throw invalid(`column ${info.key} holds ${info.isVariable ? 'arrays' : `${info.kind} values`}, not numbers`, {
        column: info.key,
      })
    }
    const [values] = await this.#collect([place], [new NumberCollector(info)], range)
    return values!
  }

  /**
   * The values of a column of text.
   *
   * @throws FITS_INVALID when the column holds something else. Else as `column`.
   */
  async strings(which: string | number, range: TableRange = {}): Promise<string[]> {
    const info = this.columns[this.#find(which)]!
    if (info.kind !== 'string') {
      throw invalid(`column ${info.key} holds ${info.kind} values, not text`, { column: info.key })
    }
    return (await this.column(info.number, range)) as string[]
  }

  /**
   * Several columns, read in one pass: each as `column` gives it, by the name it was asked for, or by its `key`.
   *
   * The object has no prototype.
   *
   * @throws as `column`.
   * @example const { x, y } = await table.read({ columns: ['x', 'y'] })
   */
  async read<const Name extends string = string>(
    selection: TableSelection<Name> = {},
  ): Promise<Record<Name, ColumnValues>> {
    checkOptions(selection)
    const places = this.#places(selection.columns)
    const names = selection.columns ?? places.map((place) => this.columns[place]!.key as Name)
    const collectors = places.map((place) => new ColumnCollector(this.columns[place]!))
    const values = await this.#collect(places, collectors, selection)
    const found = Object.create(null) as Record<Name, ColumnValues>
    names.forEach((name, index) => {
      found[name] = values[index]!
    })
    return found
  }

  /**
   * A row, by the names of its columns (their `key`).
   *
   * - A cell whose column has no `shape` is one value: a number, a bigint where it has 64 bits and no scale, a boolean of a logical or a bit,
   *   a string, or `{ re, im }`. It is null where TNULLn, or a logical left undefined, says that there is none; of a scaled column, which has
   *   floats, NaN.
   * - Any other is an array, of its own length where that is variable: a typed array as in `column`, in which TNULLn stays the integer it is,
   *   but of a scaled column is NaN; of strings a list; of logicals and bits a list of booleans, with null for a logical left undefined; of
   *   complex numbers a list of `{ re, im }`. Text of variable length is one string.
   * - A string is never null: where TNULLn of an ASCII table says that one means nothing, `nullValue` of the column tells it.
   * - A cell of a column without bytes is null.
   *
   * @throws as `column`.
   */
  async row(index: number): Promise<TableRow> {
    if (Number.isInteger(index) && index >= 0 && index < this.rowCount) {
      for await (const row of this.rows({ from: index, to: index + 1 })) return row
    }
    throw wrongArgument(`row ${showValue(index)} is not in a table of ${this.rowCount} rows, which are counted from 0`)
  }

  /**
   * Rows one after another, each as `row` gives it. They are read a megabyte at a time, however long the table is.
   *
   * @throws as `column`.
   * @example for await (const { NAME, MAG } of table.rows({ columns: ['NAME', 'MAG'] })) console.log(NAME, MAG)
   */
  async *rows(selection: TableSelection = {}): AsyncGenerator<TableRow, void> {
    checkOptions(selection)
    const places = this.#places(selection.columns)
    const infos = places.map((place) => this.columns[place]!)
    const names = selection.columns ?? infos.map(({ key }) => key)
    for await (const { count, decoded } of this.blocks(places, selection, { isForgotten: true })) {
      for (let row = 0; row < count; row++) {
        const cells = Object.create(null) as Record<string, TableRow[string]>
        for (let i = 0; i < infos.length; i++) cells[names[i]!] = cellOf(infos[i]!, decoded[i]!, row, count)
        yield cells
      }
    }
  }

  /**
   * What columns and rows are made of: blocks of decoded rows, with what is no value told apart.
   *
   * @param places Of columns, counted from 0.
   * @param options `isForgotten`: whether a block is not kept when the next is taken.
   * @throws as `column`.
   */
  async *blocks(
    places: readonly number[],
    range: TableRange = {},
    options: { readonly isForgotten?: boolean } = {},
  ): AsyncGenerator<TableBlock, void> {
    checkOptions(options)
    for (const request of this.#requests(places, range, options)) {
      yield await this.source.hold(() => this.#block(request, range.signal))
    }
  }

  /** What to decode, block by block. */
  *#requests(
    places: readonly number[],
    range: TableRange,
    { isForgotten = false }: { readonly isForgotten?: boolean } = {},
  ): Generator<BlockRequest, void> {
    checkOptions(range)
    const { from = 0, to = this.rowCount } = range
    this.check()
    this.#checkPlaces(places)
    this.#checkRows(from, to)
    const size = this.#blockRows(places)
    let heapBudget = this.#heapBudget()
    for (let first = from; first < to; first += size) {
      if (isForgotten) heapBudget = this.#heapBudget()
      yield { columns: places, first, count: Math.min(size, to - first), heapBudget }
    }
  }

  async #block(request: BlockRequest, signal: AbortSignal | undefined): Promise<TableBlock> {
    const { first, count } = request
    return { first, count, decoded: await abortable(signal, () => this.decodeBlock(request)) }
  }

  /**
   * Refuses a table that cannot be what the header announces, as reading does by itself.
   *
   * @throws FITS_TRUNCATED, FITS_INVALID, FITS_UNSUPPORTED, FITS_CLOSED as reading does.
   */
  check(): void {
    this.source.requireOpen()
    if (this.error) throw this.error
    if (this.shape.length !== 2 || this.bitpix !== 8) {
      throw invalid(`a table has NAXIS = 2 and BITPIX = 8, this one ${this.shape.length} and ${this.bitpix}`, {
        keyword: this.shape.length === 2 ? 'BITPIX' : 'NAXIS',
      })
    }
    this.checkLayout()
  }

  /** Refuses columns that cannot be what the header announces. */
  protected abstract checkLayout(): void

  /** Decodes columns of some rows, which are in the table. */
  protected abstract decodeBlock(request: BlockRequest): Promise<DecodedColumn[]>

  async #collect<Values>(
    places: readonly number[],
    collectors: readonly ValueCollector<Values>[],
    range: TableRange,
  ): Promise<Values[]> {
    return this.source.hold(() => this.#fill(places, collectors, range))
  }

  async #fill<Values>(
    places: readonly number[],
    collectors: readonly ValueCollector<Values>[],
    range: TableRange,
  ): Promise<Values[]> {
    checkOptions(range)
    const { from = 0, to = this.rowCount } = range
    for (const request of this.#requests(places, range)) {
      const { first, count, decoded } = await this.#block(request, range.signal)
      decoded.forEach((part, i) => {
        collectors[i]!.add(part, { first: first - from, count, total: to - from })
      })
    }
    const empty = to > from ? [] : await this.#empty(places)
    return collectors.map((collector, i) => {
      if (to <= from) collector.add(empty[i]!, { first: 0, count: 0, total: 0 })
      return collector.values
    })
  }

  /** No rows, of the right types. */
  async #empty(places: readonly number[]): Promise<DecodedColumn[]> {
    return this.decodeBlock({ columns: places, first: 0, count: 0, heapBudget: { left: 0 } })
  }

  #blockRows(places: readonly number[]): number {
    const [rowCount, fieldBytes] = [this.rowCount, this.shape[1] ?? 0]
    // There may be any number of rows without bytes, of which nothing is decoded.
    if (fieldBytes === 0) return Math.max(1, rowCount)
    const isVariable = places.some((place) => this.columns[place]!.isVariable)
    const rowBytes = fieldBytes + (isVariable ? this.heapBytes / Math.max(1, rowCount) : 0)
    return Math.max(1, Math.floor(BLOCK_BYTES / rowBytes))
  }

  /** The most bytes that cells of variable length can have together, where each byte belongs to one. */
  protected get heapBytes(): number {
    return this.dataLength
  }

  /** Cells may share bytes of the heap, but not so that a small file fills the memory. */
  #heapBudget(): { left: number } {
    return { left: 2 * this.heapBytes + BLOCK_BYTES }
  }

  #places(names: readonly string[] | undefined): number[] {
    if (names !== undefined && !Array.isArray(names)) {
      throw wrongArgument(`columns is ${showValue(names)}, but must be a list of names, such as ['ra', 'dec']`)
    }
    return names === undefined ? this.columns.map((_, place) => place) : names.map((name) => this.#find(name))
  }

  #find(which: string | number): number {
    const { columns } = this
    if (typeof which === 'number') {
      if (columns[which - 1]) return which - 1
    } else if (typeof which !== 'string') {
      throw wrongArgument(`${showValue(which)} is no column; give its name, or its number, counted from 1`)
    } else {
      const exact = columns.findIndex(({ name, key }) => name === which || key === which)
      if (exact >= 0) return exact
      const wanted = which.trim().toUpperCase()
      const place = columns.findIndex(({ name }) => name.trim().toUpperCase() === wanted && wanted !== '')
      if (place >= 0) return place
    }
    const known = columns.map(({ key }) => key).join(', ')
    throw invalid(`the table has no column ${JSON.stringify(which)}; its columns are: ${known.slice(0, 400)}`, {
      column: which,
    })
  }

  #checkPlaces(places: readonly number[]): void {
    const { length } = this.columns
    if (Array.isArray(places) && places.every((place) => Number.isInteger(place) && place >= 0 && place < length))
      return
    throw wrongArgument(
      `${showValue(places)} are no places of columns: whole numbers from 0 up to, not including, ${length}`,
    )
  }

  #checkRows(from: number, to: number): void {
    if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to >= from && to <= this.rowCount) return
    throw wrongArgument(
      `rows ${showValue(from)} to ${showValue(to)} are not in a table of ${this.rowCount} rows, which are counted from 0`,
    )
  }
}
