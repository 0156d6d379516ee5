import { planeStride } from '../arena.js'
import type { PixelKernels, Plane } from '../kernels.js'
import { loadKernels } from '../load-kernels.js'
import type { Samples } from '../pixel-scale.js'
import { bytesOf } from './band-memory.js'
import type { CombinedBand, Rows } from './combine-options.js'
import { combineRead } from './combine-read.js'
import type { StoredBandFrame } from './open-frames.js'
import type { AheadPlan } from './plan-ahead.js'
import { readPixels } from './read-pixels.js'
import type { StoredSetup } from './stored-bands.js'
import { StoredForm } from './stored-form.js'

/** Room in an arena besides its arrays. */
const SPARE = 4096

/** Room for some rows of all frames. */
interface Room {
  /** As they are stored. */
  readonly bytes: readonly Uint8Array[]
  /** What is combined: the same memory, or where the values of both rooms are decoded to. */
  readonly planes: readonly Plane[]
}

/** Combines frames of plain files by this thread, while those of the system read the rows that come next. */
export class AheadCombining {
  readonly #form: StoredForm
  readonly #kernels: PixelKernels
  readonly #result: Samples
  /** The room that is combined next, and the one after it. */
  #rooms: readonly [Room, Room]
  #reading: Promise<boolean> = Promise.resolve(true)

  constructor(
    private readonly frames: readonly StoredBandFrame[],
    private readonly setup: StoredSetup,
    private readonly plan: AheadPlan,
    private readonly signal: AbortSignal | undefined,
  ) {
    const { width, type, resultType } = setup
    const { files, rows, bandRows, storedBytes } = plan
    this.#form = new StoredForm(setup)
    const { areRaw } = this.#form
    const stored = planeStride(rows * width * storedBytes)
    const values = areRaw ? 0 : planeStride(rows * width * bytesOf(type))
    const result = bandRows * width * bytesOf(resultType)
    this.#kernels = loadKernels({ arenaBytes: files.length * (2 * stored + values) + result + SPARE })
    const { arena } = this.#kernels
    const decoded = areRaw ? undefined : (arena.allocatePlanes(type, files.length, rows * width) as Plane[])
    const room = (): Room => {
      const planes = decoded ?? arena.allocatePlanes(this.#form.type, files.length, rows * width)
      if (decoded === undefined) return { bytes: planes.map(bytesIn), planes }
      return { bytes: arena.allocatePlanes('uint8', files.length, rows * width * storedBytes), planes }
    }
    this.#rooms = [room(), room()]
    this.#result = arena.allocate(resultType, bandRows * width)
  }

  async *bands(): AsyncGenerator<CombinedBand, void> {
    const { width } = this.setup
    this.#readFrom(0)
    for (const rows of this.plan.bands) {
      this.signal?.throwIfAborted()
      const values = this.#result.subarray(0, (rows.to - rows.from) * width)
      for (let from = rows.from; from < rows.to; from += this.plan.rows) {
        const part = { from, to: Math.min(rows.to, from + this.plan.rows) }
        await this.#combine(part, values.subarray((from - rows.from) * width, (part.to - rows.from) * width))
      }
      yield { rows, values }
    }
  }

  /** Resolves when nothing is read any more. */
  async end(): Promise<void> {
    await this.#reading
  }

  async #combine(rows: Rows, into: Samples): Promise<void> {
    const isRead = await this.#reading
    const [room, next] = this.#rooms
    this.#rooms = [next, room]
    this.#readFrom(rows.to)
    if (isRead) this.#combineRoom(room, into)
    else await combineRead(this.frames, this.setup, rows, into)
  }

  /** Begins to read the rows from there on, of which there may be none. */
  #readFrom(from: number): void {
    const { files, rows, height } = this.plan
    const next = { from, to: Math.min(height, from + rows) }
    if (from < height) this.#reading = readPixels(files, this.setup.width, next, this.#rooms[0].bytes)
  }

  #combineRoom({ bytes, planes }: Room, into: Samples): void {
    const count = into.length
    const used = count === planes[0]!.length ? planes : planes.map((plane) => plane.subarray(0, count))
    if (!this.#form.areRaw) {
      for (const [file, { pixels }] of this.plan.files.entries()) {
        const { bitpix, scale } = pixels
        const stored = bytes[file]!.subarray(0, (count * Math.abs(bitpix)) / 8)
        this.#kernels.decodePixels(stored, bitpix, scale, used[file] as Samples)
      }
    }
    this.#form.combine(this.#kernels, used, into)
  }
}

function bytesIn({ buffer, byteOffset, byteLength }: Plane): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
