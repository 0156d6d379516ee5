import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { PixelKernels, Plane } from '../kernels.js'
import { isIdentity, type Samples } from '../pixel-scale.js'
import { type CodedRows, minRiceBytes } from '../rice-coding.js'
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
  /** For what pixels are stored as. It grows in the arena's place only where a frame needs more. */
  bytes(length: number): Uint8Array
  /** For rows of a table, at the same time. */
  table(length: number): Uint8Array
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
  return fileReader(file, pixels.kind === 'plain' ? plainReader(pixels, width, room) : riceReader(pixels, width, room))
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

/** Opens a file, or whatever has its path by now: a pipe that nobody writes to, too, which would be waited for. Windows has no such flag. */
export function openToRead(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
}

/** Undefined where it cannot be opened: why is the frame's to say. */
function opened(path: string): number | undefined {
  try {
    return openToRead(path)
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

function riceReader(image: RiceRows, width: number, room: ReadRoom): FileReader {
  const { table, heap, coding } = image
  const least = minRiceBytes(width, coding)
  return (fd, { from, to }, into) => {
    const rows: CodedRows = { image, first: from, table: room.table((to - from) * table.rowBytes) }
    if (!fill(fd, rows.table, table.offset + from * table.rowBytes)) return false
    const span = room.kernels.findRiceRows(rows, least)
    if (span === undefined || span.end - span.start > MAX_SPREAD * into.byteLength) return false
    const coded = room.bytes(span.end - span.start)
    if (!fill(fd, coded, heap.offset + span.start)) return false
    return room.kernels.decodeRiceRows(coded, span.start, rows, into)
  }
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
