import { type HeapRange, heapRange } from './descriptor.js'
import { invalid } from './errors.js'
import type { FitsSource } from './fits-source.js'
import type { Header } from './header.js'
import { readBytes } from './read-bytes.js'
import { requireInteger, safeProduct } from './require-integer.js'
import { columnsOf, type TableColumn } from './table-columns.js'

/** Where the data of a binary table lie. */
export interface TablePlace {
  readonly source: FitsSource
  readonly dataOffset: number
  readonly dataLength: number
}

/** What a row of a compressed image's table says of its tile. */
export interface TileCell {
  readonly compressed: HeapRange
  readonly gzipped: HeapRange
  readonly uncompressed: HeapRange
  /** ZSCALE, ZZERO and ZBLANK of the tile, or of the whole image; undefined where neither says. */
  readonly scale: number | undefined
  readonly zero: number | undefined
  readonly blank: number | undefined
}

/** The bytes of a tile, in the first of the columns that has some; undefined where none has. */
export function rangeOf({ compressed, gzipped, uncompressed }: TileCell): HeapRange | undefined {
  return [compressed, gzipped, uncompressed].find(({ length }) => length > 0)
}

const NOTHING: HeapRange = { offset: 0, length: 0 }

/** The binary table that holds a compressed image, a tile a row (FITS 4.0, section 10.1.3). */
export class TileTable {
  readonly rows: number
  /** The byte of the file the heap begins at. */
  readonly heapOffset: number
  readonly heapLength: number
  readonly #header: Header
  readonly #place: TablePlace
  /** Bytes of a row. */
  readonly rowBytes: number
  readonly #columns: ReadonlyMap<string, TableColumn>

  /** @throws FITS_INVALID when the columns or the heap do not fit the data. */
  constructor(header: Header, place: TablePlace) {
    this.#header = header
    this.#place = place
    this.#columns = new Map(columnsOf(header).map((column) => [column.name.toUpperCase(), column]))
    this.rowBytes = requireInteger(header, 'NAXIS1', { min: 0 })
    this.rows = requireInteger(header, 'NAXIS2', { min: 0 })
    const tableBytes = safeProduct([this.rowBytes, this.rows], 'the table')
    const start = requireInteger(header, 'THEAP', { min: tableBytes, max: place.dataLength, fallback: tableBytes })
    this.heapOffset = place.dataOffset + start
    this.heapLength = place.dataLength - start
  }

  /** What it is read from. */
  get source(): FitsSource {
    return this.#place.source
  }

  /** The byte of the file its rows begin at. */
  get offset(): number {
    return this.#place.dataOffset
  }

  /** ZBLANK of the whole image. */
  get blank(): number | undefined {
    return this.#header.getNumber('ZBLANK')
  }

  /** The column of this name. */
  column(name: string): TableColumn | undefined {
    return this.#columns.get(name)
  }

  /** The bytes of so many rows, as they are stored. */
  async readRows(first: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
    return readBytes(this.source, this.offset + first * this.rowBytes, count * this.rowBytes)
  }

  /** The cells of rows, whose numbers rise, in one reading with what lies between them. */
  async readCells(rows: readonly number[]): Promise<TileCell[]> {
    const rowBytes = this.rowBytes
    const [first, last] = [rows[0]!, rows.at(-1)!]
    const { buffer } = await this.readRows(first, last + 1 - first)
    return rows.map((row) => this.#cell(new DataView(buffer, (row - first) * rowBytes, rowBytes)))
  }

  #cell(row: DataView): TileCell {
    return {
      compressed: this.#range('COMPRESSED_DATA', row),
      gzipped: this.#range('GZIP_COMPRESSED_DATA', row),
      uncompressed: this.#range('UNCOMPRESSED_DATA', row),
      scale: this.#number('ZSCALE', row),
      zero: this.#number('ZZERO', row),
      blank: this.#number('ZBLANK', row),
    }
  }

  #range(name: string, row: DataView): HeapRange {
    const column = this.#columns.get(name)
    if (!column) return NOTHING
    if (column.heapCode === undefined) throw invalid(`column ${name} does not have variable length`, { column: name })
    return heapRange(column, row, this.heapLength)
  }

  #number(name: string, row: DataView): number | undefined {
    const column = this.#columns.get(name)
    return column && column.repeat > 0 ? scalarOf(column, row) : this.#header.getNumber(name)
  }
}

function scalarOf(column: TableColumn, row: DataView): number {
  const { code, offset, name } = column
  if (code === 'D') return row.getFloat64(offset)
  if (code === 'E') return row.getFloat32(offset)
  if (code === 'J') return row.getInt32(offset)
  if (code === 'I') return row.getInt16(offset)
  if (code === 'B') return row.getUint8(offset)
  if (code === 'K') return Number(row.getBigInt64(offset))
  throw invalid(`column ${name} has type ${code}, which is no number`, { column: name })
}
