import { minRiceBytes, type RiceRows, type CodedRows as TableRows } from '@datalab/pixels'
import { pixelKernels } from './pixel-kernels.js'
import { CHUNK_BYTES, readExactly } from './read-bytes.js'
import { giveRoom, takeRoom } from './read-rooms.js'
import type { Samples } from './samples.js'
import { leastTileLength } from './tile-limit.js'
import type { TileTable } from './tile-table.js'

/** Rows of pixels whose coded bytes are read at once. */
interface CodedPiece {
  /** The first row, counted from the first that is read, and the one behind the last. */
  readonly from: number
  readonly to: number
  /** The first byte in the heap, and the one behind the last. */
  readonly start: number
  readonly end: number
}

/** What rows are decoded from. */
export interface CodedRowsParts {
  readonly table: TileTable
  readonly rows: RiceRows
  /** Pixels of a row. */
  readonly width: number
  /** The most bytes that a row may become; undefined for the default. */
  readonly maxTileBytes: number | undefined
}

/** Rows of the table that are read with those that are asked for, in bytes: the next ones are asked for next, as a rule. */
const TABLE_BYTES = 16 * 1024

/** Rows that the kernels decode side by side. */
const ABREAST = 4

/** Rows of the table, from one on. */
interface TablePart {
  readonly first: number
  readonly count: number
  readonly bytes: Uint8Array
}

/** Decodes rows of pixels that are Rice-coded one by one, many at a time. */
export class CodedRows {
  readonly #parts: CodedRowsParts
  #part: TablePart = { first: 0, count: 0, bytes: new Uint8Array(0) }

  constructor(parts: CodedRowsParts) {
    this.#parts = parts
  }

  /**
   * Fills `into` with the physical values of as many rows, from one on.
   *
   * @returns False where a row is not like the others, cannot be decoded, or is not there: the tiles have to be read one by one, which tells
   * why. What `into` holds is of no meaning then.
   */
  async decode(first: number, into: Samples, signal: AbortSignal | undefined): Promise<boolean> {
    const { table, rows: image, width, maxTileBytes } = this.#parts
    const count = into.length / width
    const least = leastTileLength(into.byteLength / count, maxTileBytes)
    if (least === Number.POSITIVE_INFINITY) return false
    const rows: TableRows = { image, first, table: await this.#tableRows(first, count) }
    const pieces = piecesOf(rows, Math.max(least, minRiceBytes(width, image.coding)), table.source.gap)
    if (pieces === undefined || pieces.some(({ end }) => table.heapOffset + end > table.source.size)) return false
    const most = pieces.reduce((bytes, { start, end }) => Math.max(bytes, end - start), 0)
    // One for the piece that is decoded and one for the next, in turn.
    const buffers = pieces.slice(0, 2).map(() => takeRoom(most))
    let reading = this.#read(pieces, 0, buffers)
    try {
      for (const [i, piece] of pieces.entries()) {
        const bytes = await reading
        signal?.throwIfAborted()
        reading = this.#read(pieces, i + 1, buffers)
        const { from, to, start } = piece
        const part = into.subarray(from * width, to * width)
        if (!pixelKernels(ABREAST * width).decodeRiceRows(bytes, start, someOf(rows, from, to), part)) return false
      }
    } finally {
      // Its memory is in use until then, and its failure is nobody else's to hear.
      await reading.catch(() => undefined)
      for (const buffer of buffers) giveRoom(buffer)
    }
    return true
  }

  /** The bytes of rows of the table. */
  async #tableRows(first: number, count: number): Promise<Uint8Array> {
    const { table } = this.#parts
    const { rowBytes } = table
    if (first < this.#part.first || first + count > this.#part.first + this.#part.count) {
      const wanted = Math.max(count, Math.min(Math.floor(TABLE_BYTES / rowBytes), table.rows - first))
      const part = { first, count: wanted, bytes: await table.readRows(first, wanted) }
      if (part.bytes.length > TABLE_BYTES) return part.bytes
      this.#part = part
    }
    const at = (first - this.#part.first) * rowBytes
    return this.#part.bytes.subarray(at, at + count * rowBytes)
  }

  /** The coded bytes of a piece, which may lie behind the last. */
  async #read(pieces: readonly CodedPiece[], index: number, buffers: readonly Uint8Array[]): Promise<Uint8Array> {
    const piece = pieces[index]
    if (piece === undefined) return new Uint8Array(0)
    const { source, heapOffset } = this.#parts.table
    const bytes = buffers[index % 2]!.subarray(0, piece.end - piece.start)
    await readExactly(source, heapOffset + piece.start, bytes)
    return bytes
  }
}

/** Rows that are read together: they lie in the heap one behind the other, as good as. Undefined where one has too few bytes there. */
function piecesOf(rows: TableRows, least: number, gap: number): CodedPiece[] | undefined {
  const most = Math.max(CHUNK_BYTES, gap)
  const split = (from: number, to: number): CodedPiece[] | undefined => {
    const span = pixelKernels().findRiceRows(someOf(rows, from, to), least)
    if (span === undefined) return undefined
    const { start, end, bytes } = span
    const size = end - start
    if (to - from === 1 || (size <= most && size - bytes <= gap)) return [{ from, to, start, end }]
    const middle = Math.ceil((from + to) / 2)
    const [before, behind] = [split(from, middle), split(middle, to)]
    return before && behind && [...before, ...behind]
  }
  return split(0, rows.table.length / rows.image.table.rowBytes)
}

function someOf({ image, first, table }: TableRows, from: number, to: number): TableRows {
  const { rowBytes } = image.table
  return { image, first: first + from, table: table.subarray(from * rowBytes, to * rowBytes) }
}
