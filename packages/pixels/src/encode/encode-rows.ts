import { setImmediate } from 'node:timers/promises'
import { sharedPool } from '../combine/worker-pool.js'
import { type EncodedBand, encodingArrays, encodingBytes, type RowCoding } from './encoded-band.js'
import { RowEncoder } from './row-encoder.js'

/** How rows of floats are to be coded. */
export interface EncodeRowsOptions extends RowCoding {
  /** Pixels of a row. */
  readonly width: number
  /** Rows of all bands together, by which it is known whether other threads pay. */
  readonly height: number
  /** The seed of the first row; each next one has the next. */
  readonly firstSeed: number
  /** Worker threads that may code besides this one; by default those of the process, where there is enough to do. 0 is none. */
  readonly workers?: number
}

/** A row, quantised and Rice-coded. */
export interface EncodedRow {
  /** The coded integers, of 4 bytes, in blocks of 32; undefined where the row cannot be quantised, or would not become smaller. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined
  /** The row itself, where it is not coded. */
  readonly values: Float32Array | undefined
  /** How floats are made of the integers again. */
  readonly scale: number
  readonly zero: number
}

/** Bytes of a band of rows. */
const BAND_BYTES = 2 ** 19

/** Bytes that bands take which are coded while the first is not: so much that nobody waits for a thread that starts, or is slow. */
const DONE_BYTES = 8 * 2 ** 20

/** Bands that each thread has: one that it works on, and one for when that is done. */
const JOBS = 2

/** Nanoseconds in which a pixel is quantised and coded; as it was measured, to within a factor of two. */
const ENCODE_NS = 8

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
 * What comes out does not depend on who does it: the rows in their order. A band is used up before the next is asked for, and some
 * 10 MB are held at most.
 *
 * @param bands Whole rows, of at most `rowsToEncode` each.
 * @throws What `bands` throws, once no row is being coded.
 * @example for await (const { bytes } of encodeRows(bands, { width, height, level: 4, dithering: 'SUBTRACTIVE_DITHER_1', firstSeed: 0 })) heap.push(bytes)
 */
export async function* encodeRows(
  bands: AsyncIterable<Float32Array>,
  options: EncodeRowsOptions,
): AsyncGenerator<EncodedRow, void> {
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
  readonly coded: Promise<unknown>
  isSettled: boolean
  /** Bytes that it holds once it is coded. */
  readonly bytes: number
  /** The rows, once they are coded. */
  rows(): Iterable<EncodedRow>
}

/** One encoding: its bands, from those that are given to those that are taken. */
class RowEncoding {
  readonly #begun: BegunBand[] = []
  readonly #buffers: SharedArrayBuffer[] = []
  readonly #jobs: number
  readonly #bandRows: number
  #withPool = 0
  #bytes = 0
  #seed: number
  #own: { readonly encoder: RowEncoder; readonly band: EncodedBand } | undefined

  constructor(private readonly options: EncodeRowsOptions) {
    const { width, height, workers, firstSeed } = options
    this.#jobs = JOBS * (workers ?? (sharedPool().isWorth(millisecondsFor(options)) ? sharedPool().size : 0))
    this.#bandRows = rowsToEncode(width, height)
    this.#seed = firstSeed
  }

  /** Begins a band. */
  take(values: Float32Array): void {
    const rows = values.length / this.options.width
    const band = this.#withPool < this.#jobs ? this.#give(values, rows) : this.#encodeHere(values)
    this.#begun.push(band)
    this.#bytes += band.bytes
    this.#seed += rows
  }

  /** The bands that are done; and the first one in any case, where there are too many. */
  async *finished(): AsyncGenerator<EncodedRow, void> {
    while (this.#begun[0]?.isSettled || this.#bytes >= DONE_BYTES) yield* this.#first()
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<EncodedRow, void> {
    while (this.#begun.length > 0) yield* this.#first()
  }

  /** Resolves when no thread works on it any more. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#begun.map(({ coded }) => coded))
  }

  async *#first(): AsyncGenerator<EncodedRow, void> {
    const band = this.#begun[0]!
    await band.coded
    this.#begun.shift()
    this.#bytes -= band.bytes
    yield* band.rows()
  }

  /** Has the pool code a band. */
  #give(values: Float32Array, rows: number): BegunBand {
    const { width, level, dithering } = this.options
    const buffer = this.#buffers.pop() ?? new SharedArrayBuffer(encodingBytes(this.#bandRows, width))
    const shared = encodingArrays(buffer, this.#bandRows, width)
    shared.values.set(values)
    const job = { kind: 'encode', buffer, width, bandRows: this.#bandRows, rows, seed: this.#seed } as const
    const coded = sharedPool().run({ ...job, coding: { level, dithering } })
    const free = () => this.#buffers.push(buffer)
    const band: BegunBand = {
      coded,
      isSettled: false,
      bytes: buffer.byteLength,
      *rows() {
        yield* rowsOf(shared.values.subarray(0, values.length), width, shared.band)
        free()
      },
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
  #encodeHere(values: Float32Array): BegunBand {
    const { width } = this.options
    this.#own ??= {
      encoder: new RowEncoder(width),
      band: encodingArrays(new ArrayBuffer(encodingBytes(this.#bandRows, width)), this.#bandRows, width).band,
    }
    const { encoder, band } = this.#own
    encoder.encode(values, this.options, this.#seed, band)
    // Its memory is used for the next band.
    const found = [...rowsOf(values, width, band)]
    const bytes = found.reduce((sum, row) => sum + (row.bytes ?? row.values!).byteLength, 0)
    return { coded: Promise.resolve(), isSettled: true, bytes, rows: () => found }
  }
}

/** The rows of a band that is coded; what they have is the caller's. */
function* rowsOf(values: Float32Array, width: number, band: EncodedBand): Generator<EncodedRow, void> {
  const rows = values.length / width
  const ends = band.lengths.subarray(0, rows).reduce((sum, length) => sum + length, 0)
  const all = new Uint8Array(ends)
  all.set(band.bytes.subarray(0, ends))
  let at = 0
  for (let row = 0; row < rows; row++) {
    const length = band.lengths[row]!
    const bytes = length === 0 ? undefined : all.subarray(at, at + length)
    const pixels = length === 0 ? values.slice(row * width, (row + 1) * width) : undefined
    yield { bytes, values: pixels, scale: band.scales[row]!, zero: band.zeros[row]! }
    at += length
  }
}
