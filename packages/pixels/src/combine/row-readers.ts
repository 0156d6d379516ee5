import { closeSync, openSync, readSync } from 'node:fs'
import type { PixelKernels, Plane } from '../kernels.js'
import { isIdentity, type Samples } from '../pixel-scale.js'
import type { Quantization } from '../quantization.js'
import type { CodedTiles } from '../rice-coding.js'
import type { Rows } from './combine-options.js'
import type { PlainPixels, RiceRows, StoredFrame } from './stored-frame.js'

/** A frame whose file can be read. */
export interface OpenedFrame extends Pick<StoredFrame, 'pixels'> {
  /** The file's descriptor, which all threads share; or its path, to be opened for each reading, where there are too many to be open at once. */
  readonly file: number | string
}

/** Memory for what is read, shared by all readers of a thread. */
export interface ReadRoom {
  readonly kernels: PixelKernels
  /** Grows in the arena's place only where a frame needs more. */
  bytes(length: number): Uint8Array
}

/** Fills `into` with the values of rows; false where it cannot, and the frame has to be read in another way. */
export type RowReader = (rows: Rows, into: Samples) => boolean

/** The most that rows may take in the heap, in times of what they become: beyond that they are not the rows of one band. */
const MAX_SPREAD = 2

/** Whether stored pixels are what they become, but for the order of their bytes. */
export function isRaw({ pixels }: Pick<StoredFrame, 'pixels'>, bytes: number): boolean {
  return pixels.kind === 'plain' && pixels.bitpix === -8 * bytes && isIdentity(pixels.scale)
}

/** Reads rows of plain pixels as they are stored, always to the same plane. */
export function rawReader({ file, pixels }: OpenedFrame, width: number, plane: Plane): RowReader {
  const { offset } = pixels as PlainPixels
  const rowBytes = width * plane.BYTES_PER_ELEMENT
  // It is made once: of thousands of frames, a view for each reading is much garbage.
  const bytes = new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength)
  return fileReader(file, (fd, { from, to }) => fill(fd, bytes, offset + from * rowBytes, (to - from) * rowBytes))
}

/** Reads rows as physical values. */
export function valueReader({ file, pixels }: OpenedFrame, width: number, room: ReadRoom): RowReader {
  return fileReader(file, pixels.kind === 'plain' ? plainReader(pixels, width, room) : riceReader(pixels, room))
}

/** What `RowReader` does, of an open file. */
type FileReader = (fd: number, rows: Rows, into: Samples) => boolean

function fileReader(file: number | string, read: FileReader): RowReader {
  if (typeof file === 'number') return (rows, into) => read(file, rows, into)
  return (rows, into) => {
    const fd = opened(file)
    if (fd === undefined) return false
    try {
      return read(fd, rows, into)
    } finally {
      closeSync(fd)
    }
  }
}

/** Undefined where it cannot be opened: why is the frame's to say. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

function plainReader({ offset, bitpix, scale }: PlainPixels, width: number, room: ReadRoom): FileReader {
  const rowBytes = (width * Math.abs(bitpix)) / 8
  return (fd, { from, to }, into) => {
    const bytes = room.bytes((to - from) * rowBytes)
    if (!fill(fd, bytes, offset + from * rowBytes)) return false
    room.kernels.decodePixels(bytes, bitpix, scale, into)
    return true
  }
}

function riceReader(frame: RiceRows, room: ReadRoom): FileReader {
  const { table, heap } = frame
  return (fd, rows, into) => {
    const count = rows.to - rows.from
    const tableBytes = new Uint8Array(count * table.rowBytes)
    if (!fill(fd, tableBytes, table.offset + rows.from * table.rowBytes)) return false
    const view = new DataView(tableBytes.buffer)
    const found = placesOf(view, frame, count)
    if (found === undefined || found.end - found.start > MAX_SPREAD * into.byteLength) return false
    const coded = room.bytes(found.end - found.start)
    if (!fill(fd, coded, heap.offset + found.start)) return false
    const starts = found.places.map((place) => place - found.start)
    const { coding } = frame
    const tiles: CodedTiles = { coding, starts, lengths: found.lengths, values: valuesOf(frame, view, rows) }
    return room.kernels.decodeRiceTiles(coded, tiles, into)
  }
}

/** Where the coded bytes of rows are in the heap; undefined where a row has none there. */
interface CodedPlaces {
  readonly start: number
  readonly end: number
  readonly places: readonly number[]
  readonly lengths: readonly number[]
}

function placesOf(view: DataView, { table, heap }: RiceRows, count: number): CodedPlaces | undefined {
  const places: number[] = []
  const lengths: number[] = []
  let [start, end] = [Number.POSITIVE_INFINITY, 0]
  for (let row = 0; row < count; row++) {
    const at = row * table.rowBytes + table.descriptor
    const length = table.isLong ? Number(view.getBigInt64(at)) : view.getInt32(at)
    const place = table.isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
    if (length <= 0 || place < 0 || place + length > heap.length) return undefined
    places.push(place)
    lengths.push(length)
    start = Math.min(start, place)
    end = Math.max(end, place + length)
  }
  return { start, end, places, lengths }
}

/** What the integers of rows become. */
function valuesOf({ values, table }: RiceRows, view: DataView, { from, to }: Rows): CodedTiles['values'] {
  if (values.kind === 'scaled') return values
  const { dithering, blank, firstSeed, scaleAt, zeroAt } = values
  const tiles = Array.from({ length: to - from }, (_, row): Quantization => {
    const at = row * table.rowBytes
    const [scale, zero] = [view.getFloat64(at + scaleAt), view.getFloat64(at + zeroAt)]
    return { dithering, blank, scale, zero, seed: firstSeed + from + row }
  })
  return { kind: 'quantized', tiles }
}

/** Whether the file has so many bytes from there on. */
function fill(fd: number, into: Uint8Array, position: number, length = into.length): boolean {
  for (let done = 0; done < length; ) {
    const read = readSync(fd, into, done, length - done, position + done)
    if (read === 0) return false
    done += read
  }
  return true
}
