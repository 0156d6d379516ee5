import { setImmediate } from 'node:timers/promises'
import { sharedPool } from '../combine/worker-pool.js'
import type { PixelKernels } from '../kernels.js'
import type { Quantizing } from '../quantization.js'
import { type EncodedBand, encodingArrays, encodingBytes, type RowCoding } from './encoded-band.js'
import { rowKernels } from './row-kernels.js'

/** How rows of floats are to be coded. */
export interface EncodeRowsOptions extends Omit<Quantizing, 'seed'> {
  /** Pixels of a row. */
  readonly width: number
  /** Rows of all bands together, by which it is known whether other threads pay. */
  readonly height: number
  /** The seed of the first row; each next one has the next. */
  readonly firstSeed: number
  /** Worker threads that may code besides this one; by default those of the process, where there is enough to do. 0 is none. */
  readonly workers?: number
}

/** Rows of a band, quantised and Rice-coded, one array of each for all of them: to be used at once, as their memory is used again. */
export interface EncodedRows {
  /** Of each row, how many bytes it has; 0 where it cannot be quantised, or would not become smaller. */
  readonly lengths: Int32Array
  /** Of each row, how floats are made of the integers again. */
  readonly scales: Float64Array
  readonly zeros: Float64Array
  /** The coded integers, of 4 bytes, in blocks of 32: row behind row. */
  readonly bytes: Uint8Array
  /** The rows themselves, where one is not coded. */
  readonly values: Float32Array | undefined
}

/** Bytes of a band of rows. */
const BAND_BYTES = 2 ** 19

/** Bytes that bands take which are coded while the first is not: so much that nobody waits for a thread that starts, or is slow. */
const DONE_BYTES = 8 * 2 ** 20

/** Bands that each thread has: one that it works on, and one for when that is done. */
const JOBS = 2

/** Nanoseconds in which a pixel is quantised and coded; as it was measured, to within a factor of two. */
const ENCODE_NS = 5

/** How many rows a band should have that is coded at once. */
export function rowsToEncode(width: number, height: number): number {
  return Math.max(1, Math.min(height, Math.floor(BAND_BYTES / (width * Float32Array.BYTES_PER_ELEMENT))))
}

/** About how long one thread codes all rows. */
function millisecondsFor({ width, height }: Pick<EncodeRowsOptions, 'width' | 'height'>): number {
  return (width * height * ENCODE_NS) / 1e6
}

/** Starts a thread of the pool, if it pays, for an image whose rows will be coded by `encodeRows` soon: so nobody waits for it then. */
export function prepareEncoding(size: Pick<EncodeRowsOptions, 'width' | 'height'>): void {
  if (sharedPool().isWorth(millisecondsFor(size))) sharedPool().prepare()
}

/**
 * Quantises rows of floats and Rice-codes them, as fpack does: by this thread and those of the process's pool, where there is enough to do.
 *
 * What comes out does not depend on who does it: the rows in their order. A band is used up before the next is asked for, and so is what it
 * became: the memory of both is used again. Some 10 MB are held at most.
 *
 * @param bands Whole rows, of at most `rowsToEncode` each.
 * @throws What `bands` throws, once no row is being coded.
 * @example for await (const { bytes } of encodeRows(bands, { width, height, level: 4, dithering: 'SUBTRACTIVE_DITHER_1', firstSeed: 0 })) heap.push(bytes.slice())
 */
export async function* encodeRows(
  bands: AsyncIterable<Float32Array>,
  options: EncodeRowsOptions,
): AsyncGenerator<EncodedRows, void> {
  const encoding = new RowEncoding(options)
  try {
    for await (const values of bands) {
      encoding.take(values)
      yield* encoding.finished()
      // Others may have waited for this thread.
      await setImmediate()
    }
    yield* encoding.rest()
  } finally {
    await encoding.end()
  }
}

/** A band that is begun. */
interface BegunBand {
  /** Settled when it is coded. */
  readonly coded: Promise<unknown>
  isSettled: boolean
  /** Bytes that it holds once it is coded. */
  readonly bytes: number
  /** The rows, once they are coded. */
  rows(): EncodedRows
  /** Gives their memory to the next band. */
  release(): void
}

/** One encoding: its bands, from those that are given to those that are taken. */
class RowEncoding {
  readonly #begun: BegunBand[] = []
  readonly #buffers: SharedArrayBuffer[] = []
  readonly #ownBuffers: ArrayBuffer[] = []
  readonly #jobs: number
  readonly #bandRows: number
  #withPool = 0
  #bytes = 0
  #seed: number
  #kernels: PixelKernels | undefined

  constructor(private readonly options: EncodeRowsOptions) {
    const { width, height, workers, firstSeed } = options
    this.#jobs = JOBS * (workers ?? (sharedPool().isWorth(millisecondsFor(options)) ? sharedPool().size : 0))
    this.#bandRows = rowsToEncode(width, height)
    this.#seed = firstSeed
  }

  /** Begins a band. */
  take(values: Float32Array): void {
    const { width, level, dithering } = this.options
    const coding = { width, level, dithering, seed: this.#seed }
    const band = this.#withPool < this.#jobs ? this.#give(values, coding) : this.#encodeHere(values, coding)
    this.#begun.push(band)
    this.#bytes += band.bytes
    this.#seed += values.length / width
  }

  /** The bands that are done; and the first one in any case, where there are too many. */
  async *finished(): AsyncGenerator<EncodedRows, void> {
    while (this.#begun[0]?.isSettled || this.#bytes >= DONE_BYTES) yield* this.#first()
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<EncodedRows, void> {
    while (this.#begun.length > 0) yield* this.#first()
  }

  /** Resolves when no thread works on it any more. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#begun.map(({ coded }) => coded))
  }

  async *#first(): AsyncGenerator<EncodedRows, void> {
    const band = this.#begun[0]!
    await band.coded
    this.#begun.shift()
    yield band.rows()
    this.#bytes -= band.bytes
    band.release()
  }

  /** Has the pool code a band. */
  #give(values: Float32Array, coding: RowCoding): BegunBand {
    const { width } = coding
    const buffer = this.#buffers.pop() ?? new SharedArrayBuffer(encodingBytes(this.#bandRows, width))
    const shared = encodingArrays(buffer, this.#bandRows, width)
    const room = shared.values.subarray(0, values.length)
    room.set(values)
    const rows = values.length / width
    const coded = sharedPool().run({ kind: 'encode', buffer, bandRows: this.#bandRows, rows, coding })
    const band: BegunBand = {
      ...{ coded, isSettled: false, bytes: buffer.byteLength },
      rows: () => encodedRows(room, width, shared.band),
      release: () => this.#buffers.push(buffer),
    }
    this.#withPool++
    const settle = () => {
      band.isSettled = true
      this.#withPool--
    }
    coded.then(settle, settle)
    return band
  }

  /** Codes a band by this thread. */
  #encodeHere(values: Float32Array, coding: RowCoding): BegunBand {
    const { width } = coding
    this.#kernels ??= rowKernels(width)
    const buffer = this.#ownBuffers.pop() ?? new ArrayBuffer(encodingBytes(this.#bandRows, width))
    const own = encodingArrays(buffer, this.#bandRows, width)
    this.#kernels.encodeRiceRows(values, coding, own.band)
    const room = own.values.subarray(0, values.length)
    // Those that are given may be others by the time they are wanted.
    if (own.band.lengths.subarray(0, values.length / width).includes(0)) room.set(values)
    return {
      ...{ coded: Promise.resolve(), isSettled: true, bytes: buffer.byteLength },
      rows: () => encodedRows(room, width, own.band),
      release: () => this.#ownBuffers.push(buffer),
    }
  }
}

/** The rows of a band that is coded, where they are. */
function encodedRows(values: Float32Array, width: number, band: EncodedBand): EncodedRows {
  const rows = values.length / width
  const lengths = band.lengths.subarray(0, rows)
  const bytes = band.bytes.subarray(
    0,
    lengths.reduce((sum, length) => sum + length, 0),
  )
  const scales = band.scales.subarray(0, rows)
  const zeros = band.zeros.subarray(0, rows)
  return { lengths, scales, zeros, bytes, values: lengths.includes(0) ? values : undefined }
}
