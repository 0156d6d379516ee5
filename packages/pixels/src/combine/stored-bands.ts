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

/** Reads bands of frames by itself, and combines them: in a memory of its own that fits the processor's cache. */
export class StoredBands {
  readonly #setup: StoredSetup
  readonly #form: StoredForm
  readonly #kernels
  readonly #readers: readonly RowReader[]
  readonly #planes: readonly Plane[]
  readonly #into: Samples

  constructor(setup: StoredSetup) {
    const { frames, width, type, resultType, rows } = setup
    const pixels = rows * width
    this.#setup = setup
    this.#form = new StoredForm(setup)
    const stored = pixels * 8 + SPARE
    const planes = frames.length * planeStride(pixels * bytesOf(type))
    const borrowed = 2 * SPARE + width * PIXEL_SPARE
    this.#kernels = loadKernels({ arenaBytes: planes + pixels * bytesOf(resultType) + stored + TABLE_BYTES + borrowed })
    const { arena } = this.#kernels
    this.#planes = arena.allocatePlanes(this.#form.type, frames.length, pixels)
    this.#into = arena.allocate(resultType, pixels)
    const [bytes, table] = [arena.allocate('uint8', stored), arena.allocate('uint8', TABLE_BYTES)]
    const room: ReadRoom = { kernels: this.#kernels, bytes: growing(bytes), table: growing(table) }
    this.#readers = frames.map((frame, index) =>
      this.#form.areRaw ? rawReader(frame, width, this.#planes[index]!) : valueReader(frame, width, room),
    )
  }

  /** Fills `into` with what the frames' rows are combined to. False where a frame has to be read in another way. */
  combine({ from, to }: Rows, into: Samples): boolean {
    const { rows, width } = this.#setup
    for (let start = from; start < to; start += rows) {
      const part = { from: start, to: Math.min(to, start + rows) }
      const result = into.subarray((start - from) * width, (part.to - from) * width)
      if (!this.#combinePart(part, result)) return false
    }
    return true
  }

  #combinePart(rows: Rows, into: Samples): boolean {
    const isWhole = into.length === this.#into.length
    const planes = isWhole ? this.#planes : this.#planes.map((plane) => plane.subarray(0, into.length))
    for (let frame = 0; frame < planes.length; frame++)
      if (!this.#readers[frame]!(rows, planes[frame] as Samples)) return false
    const result = this.#into.subarray(0, into.length)
    this.#form.combine(this.#kernels, planes, result)
    into.set(result)
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
