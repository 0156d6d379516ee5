import type { CodedTiles, Quantization, RiceRows } from '@datalab/pixels'
import { pixelKernels } from './pixel-kernels.js'
import { CHUNK_BYTES, readExactly } from './read-bytes.js'
import { maxRicePixels } from './rice.js'
import type { Samples } from './samples.js'
import { checkTileBytes } from './tile-limit.js'
import type { TileTable } from './tile-table.js'

/** Coded bytes that are read at once: while they are decoded, the next are read. */
const PIECE_BYTES = 512 * 1024

/** Rows of pixels whose coded bytes are read at once. */
interface CodedPiece {
  /** The first row, counted from the first that is read, and the one behind the last. */
  readonly from: number
  readonly to: number
  /** The first byte in the heap, and the one behind the last. */
  readonly start: number
  readonly end: number
}

/** Where the coded bytes of rows are in the heap, row by row. */
interface CodedPlaces {
  readonly starts: readonly number[]
  readonly lengths: readonly number[]
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

/** Decodes rows of pixels that are Rice-coded one by one, many at a time. */
export class CodedRows {
  readonly #parts: CodedRowsParts

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
    const { table, width } = this.#parts
    const count = into.length / width
    const view = await table.readRows(first, count)
    const places = this.#placesOf(view, count, into.byteLength / count)
    if (places === undefined) return false
    const pieces = piecesOf(places, table.source.gap)
    const last = pieces.reduce((end, piece) => Math.max(end, piece.end), 0)
    if (table.heapOffset + last > table.source.size) return false
    const buffers = buffersFor(pieces)
    let reading = this.#read(pieces, 0, buffers)
    try {
      for (const [i, piece] of pieces.entries()) {
        const bytes = await reading
        signal?.throwIfAborted()
        reading = this.#read(pieces, i + 1, buffers)
        const tiles = this.#tilesOf(first, view, piece, places)
        const part = into.subarray(piece.from * width, piece.to * width)
        if (!pixelKernels().decodeRiceTiles(bytes, tiles, part)) return false
      }
    } finally {
      // Its memory is in use until then, and its failure is nobody else's to hear.
      await reading.catch(() => undefined)
    }
    return true
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

  #placesOf(view: DataView, count: number, rowBytes: number): CodedPlaces | undefined {
    const { rows, width, maxTileBytes } = this.#parts
    const { table, heap, coding } = rows
    const starts: number[] = []
    const lengths: number[] = []
    for (let row = 0; row < count; row++) {
      const at = row * table.rowBytes + table.descriptor
      const length = table.isLong ? Number(view.getBigInt64(at)) : view.getInt32(at)
      const start = table.isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
      if (length <= 0 || start < 0 || start + length > heap.length) return undefined
      if (width > maxRicePixels(length, 1, coding) || !mayBecome(rowBytes, length, maxTileBytes)) return undefined
      starts.push(start)
      lengths.push(length)
    }
    return { starts, lengths }
  }

  #tilesOf(first: number, view: DataView, { from, to, start }: CodedPiece, places: CodedPlaces): CodedTiles {
    const { coding, values } = this.#parts.rows
    const starts = places.starts.slice(from, to).map((place) => place - start)
    const lengths = places.lengths.slice(from, to)
    if (values.kind === 'scaled') return { coding, starts, lengths, values }
    const tiles = starts.map((_, i) => this.#quantizationOf(first, view, from + i))
    return { coding, starts, lengths, values: { kind: 'quantized', tiles } }
  }

  #quantizationOf(first: number, view: DataView, row: number): Quantization {
    const { table, values } = this.#parts.rows
    if (values.kind === 'scaled') throw new TypeError('Integers that only have a scale are not quantised.')
    const { dithering, blank, firstSeed, scaleAt, zeroAt } = values
    const at = row * table.rowBytes
    const [scale, zero] = [view.getFloat64(at + scaleAt), view.getFloat64(at + zeroAt)]
    return { dithering, blank, scale, zero, seed: firstSeed + first + row }
  }
}

function mayBecome(bytes: number, length: number, max: number | undefined): boolean {
  try {
    checkTileBytes(bytes, length, max)
    return true
  } catch {
    return false
  }
}

/** Rows that are read together: they lie in the heap one behind the other, as good as. */
function piecesOf({ starts, lengths }: CodedPlaces, gap: number): CodedPiece[] {
  const most = gap > 0 ? Math.max(CHUNK_BYTES, gap) : PIECE_BYTES
  const pieces: CodedPiece[] = []
  let piece: CodedPiece | undefined
  for (const [row, start] of starts.entries()) {
    const end = start + lengths[row]!
    const isNext: boolean = piece !== undefined && start >= piece.end && start <= piece.end + gap
    if (piece !== undefined && isNext && end - piece.start <= most) piece = { ...piece, to: row + 1, end }
    else {
      if (piece !== undefined) pieces.push(piece)
      piece = { from: row, to: row + 1, start, end }
    }
  }
  if (piece !== undefined) pieces.push(piece)
  return pieces
}

/** Memory for the piece that is decoded and for the next, in turn. */
function buffersFor(pieces: readonly CodedPiece[]): readonly Uint8Array[] {
  const most = pieces.reduce((bytes, { start, end }) => Math.max(bytes, end - start), 0)
  return pieces.slice(0, 2).map(() => new Uint8Array(most))
}
