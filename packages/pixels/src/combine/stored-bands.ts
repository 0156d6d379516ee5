import { planeStride } from '../arena.js'
import type { Plane } from '../kernels.js'
import { loadKernels } from '../load-kernels.js'
import type { Samples } from '../pixel-scale.js'
import { bytesOf } from './band-memory.js'
import type { BandOptions } from './combine-band.js'
import type { Rows } from './combine-options.js'
import { type OpenedFrame, type ReadRoom, type RowReader, rawReader, valueReader } from './row-readers.js'
import { StoredForm } from './stored-form.js'

/** What a thread needs to know of frames before it combines bands of them. It can be sent to threads. */
export interface StoredSetup {
  readonly frames: readonly OpenedFrame[]
  readonly width: number
  readonly type: 'float32' | 'float64'
  readonly resultType: 'float32' | 'float64'
  /** Rows that are in the thread's memory at once. */
  readonly rows: number
  readonly options: BandOptions
  /** A byte for each frame, which becomes 1 when a value of it is found that is not NaN. */
  readonly hasValues: SharedArrayBuffer
}

/** Room for the table of some rows. */
const TABLE_BYTES = 16 * 1024

/** Room for the coded bytes of a few rows, and what kernels borrow; of long rows that is more, a pixel. */
const SPARE = 128 * 1024
const PIXEL_SPARE = 32

/**
 * The rows of very many frames do not fit a cache, and are much memory for each thread. They are combined in parts then, as rows of so many
 * times fewer pixels; less of a frame than this is not worth a request.
 */
const MOST_BYTES = 8 * 2 ** 20
const LEAST_FRAME_BYTES = 8 * 2 ** 10

/** Into how many parts rows are cut. What is coded row by row is not. */
function partsOf({ frames, width, type }: StoredSetup): number {
  const rowBytes = frames.length * width * bytesOf(type)
  const least = Math.min(...frames.map((frame) => plainBytes(frame) * width))
  let parts = 1
  while (rowBytes / parts > MOST_BYTES && least / parts >= 2 * LEAST_FRAME_BYTES && width % (2 * parts) === 0)
    parts *= 2
  return parts
}

/** Bytes of a stored pixel; 0 where pixels are coded. */
function plainBytes({ pixels }: OpenedFrame): number {
  return pixels.kind === 'plain' ? Math.abs(pixels.bitpix) / 8 : 0
}

/** Reads bands of frames by itself, and combines them: in a memory of its own that fits the processor's cache. */
export class StoredBands {
  readonly #parts: number
  /** Those of parts of rows. */
  readonly #width: number
  readonly #rows: number
  readonly #form: StoredForm
  readonly #kernels
  readonly #readers: readonly RowReader[]
  readonly #planes: readonly Plane[]
  /** Memory of its own for rows of the result: `combine` need not copy what it fills there. */
  readonly band: Samples

  /** @param bandRows the rows that `band` has room for; those that are in memory at once where it has to copy all */
  constructor(setup: StoredSetup, bandRows = setup.rows) {
    const { frames, type, resultType } = setup
    this.#parts = partsOf(setup)
    const width = setup.width / this.#parts
    const rows = this.#parts > 1 ? 1 : setup.rows
    const pixels = rows * width
    this.#width = width
    this.#rows = rows
    this.#form = new StoredForm(setup)
    const stored = pixels * 8 + SPARE
    const planes = frames.length * planeStride(pixels * bytesOf(type))
    const borrowed = 2 * SPARE + width * PIXEL_SPARE
    const band = Math.max(pixels, bandRows * setup.width)
    this.#kernels = loadKernels({ arenaBytes: planes + band * bytesOf(resultType) + stored + TABLE_BYTES + borrowed })
    const { arena } = this.#kernels
    this.#planes = arena.allocatePlanes(this.#form.type, frames.length, pixels)
    this.band = arena.allocate(resultType, band)
    const [bytes, table] = [arena.allocate('uint8', stored), arena.allocate('uint8', TABLE_BYTES)]
    const room: ReadRoom = { kernels: this.#kernels, bytes: growing(bytes), table: growing(table) }
    this.#readers = frames.map((frame, index) =>
      this.#form.areRaw ? rawReader(frame, width, this.#planes[index]!) : valueReader(frame, width, room),
    )
  }

  /** Fills `into` with what the frames' rows are combined to. False where a frame has to be read in another way. */
  combine(whole: Rows, into: Samples): boolean {
    const [rows, width] = [this.#rows, this.#width]
    const [from, to] = [whole.from * this.#parts, whole.to * this.#parts]
    for (let start = from; start < to; start += rows) {
      const part = { from: start, to: Math.min(to, start + rows) }
      const result = into.subarray((start - from) * width, (part.to - from) * width)
      if (!this.#combinePart(part, result)) return false
    }
    return true
  }

  /** The same, and false where that throws: what is wrong with a file is its frame's to say. */
  isCombined(rows: Rows, into: Samples): boolean {
    try {
      return this.combine(rows, into)
    } catch {
      return false
    }
  }

  #combinePart(rows: Rows, into: Samples): boolean {
    const isWhole = into.length === this.#planes[0]!.length
    const planes = isWhole ? this.#planes : this.#planes.map((plane) => plane.subarray(0, into.length))
    for (let frame = 0; frame < planes.length; frame++)
      if (!this.#readers[frame]!(rows, planes[frame] as Samples)) return false
    const isOwn = into.buffer === this.band.buffer
    const result = isOwn ? into : this.band.subarray(0, into.length)
    this.#form.combine(this.#kernels, planes, result)
    if (!isOwn) into.set(result)
    return true
  }
}

/** Gives memory of the arena, or beside it where that is too small. */
function growing(own: Uint8Array): (length: number) => Uint8Array {
  let room = own
  return (length) => {
    if (room.length < length) room = new Uint8Array(length)
    return room.subarray(0, length)
  }
}
