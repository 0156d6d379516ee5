import { type ColumnToWrite, columnError, isTextList } from './column-to-write.js'
import { type ColumnWriter, checkTexts } from './column-writer.js'
import { elementEncoderOf } from './element-encoder.js'
import type { PixelArray } from './encode-samples.js'

/** Bytes of the heap that are made at once. */
const PIECE_BYTES = 1024 * 1024

/** The largest offset of a 32-bit descriptor. */
const MAX_OFFSET_32 = 2 ** 31 - 1

/** The cells of a column of variable length, before it is known where they lie. */
export interface VariableCells {
  readonly column: ColumnToWrite
  /** The letter of their elements. */
  readonly code: string
  readonly zero: number | bigint | undefined
  /** How many elements each cell has. */
  readonly counts: Float64Array
  /** How many bytes each cell has. */
  readonly sizes: Float64Array
  /** The bytes of a cell. */
  encode(row: number): Uint8Array
}

/** Writes one column of variable length: descriptors in the rows, cells in the heap. */
export interface VariableColumnWriter extends ColumnWriter {
  /** Its part of the heap, in pieces. */
  heapPieces(): Iterable<Uint8Array>
}

/**
 * The cells of a column.
 *
 * @throws TypeError when they are not of one type, or cannot be written.
 */
export function variableCellsOf(column: ColumnToWrite): VariableCells {
  if (isTextList(column.data)) return textCells(column, column.data)
  const cells = column.data as readonly PixelArray[]
  const [first] = cells
  const encoder = elementEncoderOf(column, first!)
  if (cells.some((cell) => cell.constructor !== first!.constructor))
    throw columnError(column, 'its arrays differ in type')
  if (cells.some((cell) => cell.length % encoder.entries !== 0)) throw columnError(column, 'an array has half a number')
  const counts = Float64Array.from(cells, (cell) => cell.length / encoder.entries)
  return {
    column,
    code: encoder.code,
    zero: encoder.zero,
    counts,
    sizes: counts.map((count) => encoder.bytesOf(count)),
    encode: (row) => encoder.encode(cells[row]!, 0, cells[row]!.length),
  }
}

function textCells(column: ColumnToWrite, texts: readonly string[]): VariableCells {
  checkTexts(column, texts)
  const counts = Float64Array.from(texts, (text) => text.length)
  const encode = (row: number) => Buffer.from(texts[row]!, 'latin1')
  return { column, code: 'A', zero: undefined, counts, sizes: counts, encode }
}

/** How many bytes the cells have together. */
export function heapBytesOf({ sizes }: VariableCells): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}

/**
 * The writer of a column of variable length.
 *
 * @param start Where in the heap its cells begin.
 * @param heapBytes Of the whole heap, which decides how offsets are written.
 */
export function variableColumnWriter(cells: VariableCells, start: number, heapBytes: number): VariableColumnWriter {
  const is64 = heapBytes > MAX_OFFSET_32
  const offsets = new Float64Array(cells.sizes.length)
  cells.sizes.reduce((offset, size, row) => {
    offsets[row] = offset
    return offset + size
  }, start)
  const longest = cells.counts.reduce((most, count) => Math.max(most, count), 0)
  return {
    column: cells.column,
    format: `1${is64 ? 'Q' : 'P'}${cells.code}(${longest})`,
    axes: undefined,
    zero: cells.zero,
    bytes: is64 ? 16 : 8,
    rowCount: cells.counts.length,
    encodeRows: (from, to) => encodeDescriptors(cells.counts.subarray(from, to), offsets.subarray(from, to), is64),
    heapPieces: () => piecesOf(cells),
  }
}

function encodeDescriptors(counts: Float64Array, offsets: Float64Array, is64: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(counts.length * (is64 ? 16 : 8)))
  for (let i = 0; i < counts.length; i++) {
    if (is64) {
      view.setBigInt64(16 * i, BigInt(counts[i]!))
      view.setBigInt64(16 * i + 8, BigInt(offsets[i]!))
    } else {
      view.setInt32(8 * i, counts[i]!)
      view.setInt32(8 * i + 4, offsets[i]!)
    }
  }
  return new Uint8Array(view.buffer)
}

function* piecesOf({ sizes, encode }: VariableCells): Generator<Uint8Array, void> {
  let waiting: Uint8Array[] = []
  let length = 0
  for (let row = 0; row < sizes.length; row++) {
    waiting.push(encode(row))
    length += sizes[row]!
    if (length < PIECE_BYTES && row + 1 < sizes.length) continue
    if (length > 0) yield new Uint8Array(Buffer.concat(waiting))
    waiting = []
    length = 0
  }
}
