import { type BinaryColumn, binaryColumnsOf } from './binary-columns.js'
import { BinaryTable } from './binary-table.js'
import { checkOptions } from './check-arguments.js'
import { decodeCells, decodeFields } from './decode-fields.js'
import { decompressColumn } from './decompress-column.js'
import { type HeapRange, heapRange } from './descriptor.js'
import { invalid, unsupported } from './errors.js'
import { GZIP_RATIO } from './gzip-tile.js'
import type { HduParts } from './hdu.js'
import type { Header } from './header.js'
import type { ReadOptions } from './image-hdu.js'
import { readBytes } from './read-bytes.js'
import { requireInteger, safeProduct } from './require-integer.js'
import { restoreTableHeader } from './restore-table-header.js'
import type { ColumnInfo } from './table-column-info.js'
import { columnsOf, elementBytes, type TableColumn } from './table-columns.js'
import { type BlockRequest, TableHdu } from './table-hdu.js'
import { readHeap, type TableHeap } from './table-heap.js'
import type { DecodedColumn } from './table-values.js'
import { checkTileBytes } from './tile-limit.js'
import { UncompressedHeap } from './uncompressed-heap.js'

/** The most that is kept of uncompressed columns, in bytes, if it is not one column's. */
const KEPT_BYTES = 128 * 1024 * 1024

/** How the tables lie in each other. */
interface Layout {
  readonly columns: readonly BinaryColumn[]
  /** The columns that hold the compressed ones. */
  readonly stored: readonly TableColumn[]
  /** ZCTYPn. */
  readonly algorithms: readonly string[]
  /** Rows that were compressed together. */
  readonly tileRows: number
  readonly heap: TableHeap
}

/** The rows of a tile. */
interface TileRows {
  readonly first: number
  readonly count: number
}

/** A cell of variable length: how many elements, and where its compressed bytes are. */
interface CompressedCell extends HeapRange {
  readonly count: number
  /** Bytes of its elements. */
  readonly size: number
}

/**
 * A binary table that is compressed column by column in another one (FITS 4.0, section 10.3): its columns and rows are those it had before.
 *
 * Of each column the rows that were compressed together last are kept, so that reading row after row uncompresses them once.
 */
export class CompressedTable extends TableHdu {
  /** The table it is stored in, of which each row holds a part of each column, compressed. */
  readonly stored: BinaryTable
  #header: Header | undefined
  #layout: Layout | undefined
  #infos: readonly ColumnInfo[] | undefined
  readonly #maxTileBytes: number | undefined
  readonly #kept = new Map<number, { readonly tile: number; readonly bytes: Uint8Array<ArrayBuffer> }>()

  /** @throws FITS_INVALID when the header does not say how large the table is. */
  constructor(parts: HduParts) {
    const [rowBytes, rows] = ['ZNAXIS1', 'ZNAXIS2'].map((keyword) =>
      requireInteger(parts.storedHeader, keyword, { min: 0 }),
    )
    super({ ...parts, shape: [rows!, rowBytes!] })
    this.stored = new BinaryTable(parts)
    this.#maxTileBytes = parts.maxTileBytes
  }

  override get header(): Header {
    this.#header ??= restoreTableHeader(this.storedHeader)
    return this.#header
  }

  override get columns(): readonly ColumnInfo[] {
    this.#infos ??= this.#lay().columns.map(({ info }) => info)
    return this.#infos
  }

  protected override get heapBytes(): number {
    return this.storedHeader.getInteger('ZPCOUNT') ?? 0
  }

  protected override checkLayout(): void {
    this.stored.check()
    const { tileRows } = this.#lay()
    const tiles = this.stored.rowCount
    if (this.rowCount > safeProduct([tiles, tileRows], 'the table')) {
      throw invalid(`the table has ${this.rowCount} rows, but only ${tiles} tiles of ${tileRows}`, {
        keyword: 'ZNAXIS2',
      })
    }
    const bytes = safeProduct([this.rowCount, this.shape[1]!], 'the table') + this.heapBytes
    if (bytes > this.dataLength * GZIP_RATIO) {
      throw invalid(`the table announces ${bytes} bytes, more than its ${this.dataLength} compressed ones can hold`)
    }
  }

  /**
   * The bytes of the table as they were before it was compressed: its rows, tile by tile, then its heap; without padding. Each piece is the
   * caller's.
   *
   * @throws as `column`; FITS_UNSUPPORTED for a heap that memory does not hold.
   */
  async *uncompressedBytes(options: ReadOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    checkOptions(options)
    this.check()
    const { columns, tileRows } = this.#lay()
    const heap = new UncompressedHeap(this.header, this.heapBytes)
    for (let tile = 0; tile * tileRows < this.rowCount; tile++) {
      options.signal?.throwIfAborted()
      const count = Math.min(tileRows, this.rowCount - tile * tileRows)
      const rows = new Uint8Array(count * this.shape[1]!)
      for (const [place, { field }] of columns.entries()) {
        if (field.bytes === 0) continue
        const isVariable = field.heapCode !== undefined
        const bytes = await this.#tileBytes(place, tile, isVariable ? field.bytes + 16 : field.bytes)
        scatter(bytes, rows, { width: field.bytes, offset: field.offset, count })
        if (isVariable) await this.#fillHeap(heap, place, { tile, count })
      }
      yield rows
    }
    if (heap.bytes.length > 0) yield heap.bytes
  }

  async #fillHeap(
    heap: UncompressedHeap,
    place: number,
    { tile, count }: { tile: number; count: number },
  ): Promise<void> {
    const { field } = this.#lay().columns[place]!
    const cells = await this.#cellsOf(place, tile, 0, count)
    const packed = await readHeap(this.#lay().heap, cells)
    const rows = await this.#tileBytes(place, tile, field.bytes + 16)
    const view = new DataView(rows.buffer, rows.byteOffset, rows.length)
    for (const [row, { size }] of cells.entries()) {
      if (size === 0) continue
      const at = field.code === 'Q' ? Number(view.getBigInt64(row * 16 + 8)) : view.getInt32(row * 8 + 4)
      heap.put(this.#uncompressCell(place, packed[row]!, size), at, field.name)
    }
  }

  protected override async decodeBlock(request: BlockRequest): Promise<DecodedColumn[]> {
    const decoded: DecodedColumn[] = []
    for (const place of request.columns) {
      const column = this.#lay().columns[place]!
      const isVariable = column.field.heapCode !== undefined
      decoded.push(isVariable ? await this.#decodeCells(place, request) : await this.#decodeFields(place, request))
    }
    return decoded
  }

  #lay(): Layout {
    if (this.#layout) return this.#layout
    const { storedHeader, source, dataOffset, dataLength } = this
    const stored = columnsOf(storedHeader)
    const columns = binaryColumnsOf(this.header)
    const tableBytes = this.stored.shape.reduce((a, b) => a * b, 1)
    const start = requireInteger(storedHeader, 'THEAP', { min: tableBytes, max: dataLength, fallback: tableBytes })
    const wrong = stored.findIndex(({ heapCode }) => heapCode !== 'B')
    if (wrong >= 0)
      throw invalid(`column ${wrong + 1} of the compressed table holds no compressed bytes`, { column: wrong + 1 })
    this.#layout = {
      columns,
      stored,
      algorithms: columns.map((_, i) => storedHeader.getString(`ZCTYP${i + 1}`) ?? ''),
      tileRows: requireInteger(storedHeader, 'ZTILELEN', { min: 1, fallback: Math.max(1, this.rowCount) }),
      heap: { source, offset: dataOffset + start, length: dataLength - start },
    }
    return this.#layout
  }

  /** The parts of tiles that the rows are. */
  #tilesOf({ first, count }: TileRows): { tile: number; from: number; to: number }[] {
    const { tileRows } = this.#lay()
    const tiles: { tile: number; from: number; to: number }[] = []
    for (let row = first; row < first + count; ) {
      const tile = Math.floor(row / tileRows)
      const to = Math.min(first + count, (tile + 1) * tileRows)
      tiles.push({ tile, from: row - tile * tileRows, to: to - tile * tileRows })
      row = to
    }
    return tiles
  }

  async #decodeFields(place: number, { first, count }: TileRows): Promise<DecodedColumn> {
    const column = this.#lay().columns[place]!
    const { bytes: width } = column.field
    const fields = new Uint8Array(count * width)
    if (width === 0) return decodeFields(column, fields, count)
    let at = 0
    for (const { tile, from, to } of this.#tilesOf({ first, count })) {
      const part = (await this.#tileBytes(place, tile, width)).subarray(from * width, to * width)
      fields.set(part, at)
      at += part.length
    }
    return decodeFields(column, fields, count)
  }

  async #decodeCells(place: number, { first, count, heapBudget }: BlockRequest): Promise<DecodedColumn> {
    const column = this.#lay().columns[place]!
    const cells: CompressedCell[] = []
    if (column.field.bytes > 0) {
      for (const { tile, from, to } of this.#tilesOf({ first, count })) {
        for (const cell of await this.#cellsOf(place, tile, from, to)) cells.push(cell)
      }
    }
    heapBudget.left -= cells.reduce((sum, { size }) => sum + size, 0)
    if (heapBudget.left < 0) {
      throw unsupported(`the cells of column ${column.info.key} have more bytes than ZPCOUNT; read fewer rows`, {
        column: column.info.key,
      })
    }
    const found = await readHeap(this.#lay().heap, cells)
    const bytes = found.map((part, row) => this.#uncompressCell(place, part, cells[row]!.size))
    return decodeCells(column, bytes, (row) => cells[row]!.count)
  }

  /** A cell that would not become shorter is stored as it is. */
  #uncompressCell(place: number, bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
    return bytes.length === size ? bytes : decompressColumn(bytes, size, this.#compression(place))
  }

  /** Two lists of descriptors: those of the table, which say how many elements a cell has, and those of its compressed bytes. */
  async #cellsOf(place: number, tile: number, from: number, to: number): Promise<CompressedCell[]> {
    const { columns, heap } = this.#lay()
    const { field, form } = columns[place]!
    const bytes = await this.#tileBytes(place, tile, field.bytes + 16)
    const rows = bytes.length / (field.bytes + 16)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return Array.from({ length: to - from }, (_, i) => {
      const row = from + i
      const count = field.code === 'Q' ? Number(view.getBigInt64(row * 16)) : view.getInt32(row * 8)
      const packed = { ...field, code: 'Q', heapCode: 'B', bytes: 16, offset: 0 } as const
      const at = rows * field.bytes + row * 16
      const range = heapRange(packed, new DataView(bytes.buffer, bytes.byteOffset + at, 16), heap.length)
      if (count < 0) throw invalid(`a cell of column ${field.name} has ${count} elements`, { column: field.name })
      const size = form.code === 'X' ? Math.ceil(count / 8) : count * elementBytes(form.code)
      if (size > range.length * GZIP_RATIO) {
        throw invalid(`a cell of column ${field.name} announces ${size} bytes, more than ${range.length} can hold`, {
          column: field.name,
        })
      }
      return { ...range, count, size }
    })
  }

  /** A column's bytes of the rows of a tile, `width` a row. */
  async #tileBytes(place: number, tile: number, width: number): Promise<Uint8Array<ArrayBuffer>> {
    const kept = this.#kept.get(place)
    if (kept?.tile === tile) return kept.bytes
    const { stored, tileRows, heap, columns } = this.#lay()
    const field = stored[place]!
    const rowBytes = this.stored.shape[1] ?? 0
    const row = await readBytes(this.source, this.dataOffset + tile * rowBytes, rowBytes)
    const [packed] = await readHeap(heap, [heapRange(field, new DataView(row.buffer), heap.length)])
    const rows = Math.min(tileRows, this.rowCount - tile * tileRows)
    const isVariable = columns[place]!.field.heapCode !== undefined
    const compression = this.#compression(place)
    checkTileBytes(rows * width, packed!.length, this.#maxTileBytes)
    const own = isVariable ? { ...compression, algorithm: 'GZIP_1' } : compression
    const bytes = decompressColumn(packed!, rows * width, own)
    this.#keep(place, tile, bytes)
    return bytes
  }

  #keep(place: number, tile: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#kept.delete(place)
    const all = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes.length, bytes.length)
    if (all > KEPT_BYTES) this.#kept.clear()
    this.#kept.set(place, { tile, bytes })
  }

  #compression(place: number) {
    const { columns, algorithms } = this.#lay()
    const { form, info } = columns[place]!
    return { algorithm: algorithms[place]!, code: form.code, name: info.key }
  }
}

/** Puts the first `count` fields of a column, `width` bytes each, into their places in the rows. */
function scatter(
  fields: Uint8Array,
  rows: Uint8Array,
  { width, offset, count }: { readonly width: number; readonly offset: number; readonly count: number },
): void {
  const rowBytes = rows.length / count
  for (let row = 0; row < count; row++) {
    rows.set(fields.subarray(row * width, (row + 1) * width), row * rowBytes + offset)
  }
}
