import { pipeline, Readable } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import type { ByteSource } from './byte-source.js'
import { FitsError, isFitsError, truncated, unsupported } from './errors.js'
import type { SharedRoom } from './shared-room.js'
import { SpillBuffer } from './spill-buffer.js'

/** Bytes that are read from the source, and inflated, at once. */
const READ_BYTES = 64 * 1024
const INFLATE_BYTES = 256 * 1024

/** Inflated bytes that are kept in memory; more go to a temporary file. */
const MEMORY_BYTES = 32 * 1024 * 1024

/** What a file may inflate to unless its reader says otherwise: this, or so many times its own length where that is more. */
const INFLATED_BYTES = 256 * 1024 * 1024
const INFLATED_RATIO = 64

/** How far a gzip file is inflated, and where to. */
export interface GunzipOptions {
  /** The most bytes it may become; by default 256 MiB, or 64 times its own length where that is more. */
  readonly maxInflatedBytes?: number | undefined
  /** Names the folder for a temporary file with what is beyond 32 MiB, or beyond 128 MiB of decoded tiles; the system's by default. */
  readonly temporaryFolder?: (() => string) | undefined
}

/** Memory, and a temporary file, that several files share for what they inflate to. */
export interface InflatedRoom {
  readonly room?: SharedRoom | undefined
}

/** Whether the bytes begin a gzip file. */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b
}

/**
 * What a gzip file inflates to, as a `ByteSource`.
 *
 * It is inflated once, from its begin as far as is read, and kept: the first 32 MiB in memory, the rest in a temporary file. So memory is
 * bounded, and reading anywhere in what was read before costs nothing more. Its checksum is looked at when its end is reached.
 *
 * Where the stream ends early, is broken, or becomes more than it may, what comes before that is read; to read there fails with
 * FITS_TRUNCATED, FITS_INVALID, or FITS_UNSUPPORTED.
 */
export class GunzipSource implements ByteSource {
  readonly identity: string
  readonly #max: number
  readonly #source: ByteSource
  readonly #buffer: SpillBuffer
  readonly #pieces: AsyncIterator<Uint8Array, unknown>
  readonly #closeSource: () => Promise<void>
  #isDone = false
  #broken: unknown
  #turn = Promise.resolve()

  /** @param closeSource Closes the source with this one, where it is ours to close. */
  constructor(
    source: ByteSource,
    options: GunzipOptions & InflatedRoom = {},
    closeSource: () => Promise<void> = async () => {},
  ) {
    const { maxInflatedBytes, temporaryFolder: folder, room } = options
    this.identity = `gunzip:${source.identity}`
    this.#source = source
    this.#max = maxInflatedBytes ?? Math.max(INFLATED_BYTES, source.size * INFLATED_RATIO)
    this.#buffer = new SpillBuffer({ memoryBytes: MEMORY_BYTES, room, ...(folder ? { folder } : {}) })
    this.#pieces = inflated(source)
    this.#closeSource = closeSource
  }

  /** Number of bytes; the most there may be as long as the end was not reached. */
  get size(): number {
    return this.#isDone && this.#broken === undefined ? this.#buffer.length : this.#max
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    await this.#inflateTo(offset + into.length)
    const length = Math.max(0, Math.min(into.length, this.#buffer.length - offset))
    if (length === 0 && into.length > 0 && this.#broken !== undefined) throw this.#broken
    await this.#buffer.read(offset, into.subarray(0, length))
    return length
  }

  /** Whether there are bytes up to `end`; inflates as far. What is wrong with the stream before that is thrown. */
  async reaches(end: number): Promise<boolean> {
    if (end > this.#max) throw this.#tooMuch()
    await this.#inflateTo(end)
    if (this.#broken !== undefined && end > this.#buffer.length) throw this.#broken
    return end <= this.#buffer.length
  }

  async close(): Promise<void> {
    this.#isDone = true
    await this.#pieces.return?.()
    await this.#turn
    await this.#buffer.close()
    await this.#closeSource()
  }

  /** Inflates as far as `end`, or as far as there is something. One reading after the other. */
  async #inflateTo(end: number): Promise<void> {
    if (end <= this.#buffer.length || this.#isDone) return
    this.#turn = this.#turn.then(() => this.#inflate(end))
    await this.#turn
  }

  async #inflate(end: number): Promise<void> {
    try {
      while (this.#buffer.length < end && !this.#isDone) {
        const { done, value } = await this.#pieces.next()
        if (done) this.#isDone = true
        else await this.#append(value)
      }
    } catch (error) {
      if (isFitsError(error, 'FITS_TRUNCATED')) await this.#salvage().catch(() => undefined)
      this.#broken = error
      this.#isDone = true
      await this.#pieces.return?.()
    }
  }

  /** Inflates once more what a stream that ends early has: some of it was lost with the error. */
  async #salvage(): Promise<void> {
    let at = 0
    for await (const piece of inflated(this.#source, constants.Z_SYNC_FLUSH)) {
      const fresh = piece.subarray(Math.max(0, this.#buffer.length - at))
      at += piece.length
      if (fresh.length > 0) await this.#append(fresh)
    }
  }

  async #append(piece: Uint8Array): Promise<void> {
    if (this.#buffer.length + piece.length > this.#max) throw this.#tooMuch()
    await this.#buffer.append(piece)
  }

  #tooMuch(): FitsError {
    return unsupported(
      `the gzip file of ${this.#source.size} bytes becomes more than ${this.#max} bytes, the most that is taken; if you trust it, allow more by maxInflatedBytes, or unpack it with gunzip first`,
      { maxInflatedBytes: this.#max },
    )
  }
}

/** @param finishFlush What the end of the source means: the end of the stream, or only that there is no more of it. */
async function* inflated(source: ByteSource, finishFlush = constants.Z_FINISH): AsyncGenerator<Uint8Array, void> {
  const gunzip = createGunzip({ chunkSize: INFLATE_BYTES, finishFlush })
  const compressed = Readable.from(pieces(source), { objectMode: false, highWaterMark: READ_BYTES })
  // What goes wrong is thrown by the iteration.
  pipeline(compressed, gunzip, () => undefined)
  try {
    for await (const piece of gunzip) yield piece as Uint8Array
  } catch (error) {
    throw explained(error)
  } finally {
    gunzip.destroy()
  }
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < source.size; at += READ_BYTES) {
    const piece = new Uint8Array(Math.min(READ_BYTES, source.size - at))
    const read = await source.read(at, piece)
    if (read > 0) yield piece.subarray(0, read)
    if (read < piece.length) return
  }
}

function explained(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code !== 'string' || !code.startsWith('Z_')) return error
  if (code === 'Z_BUF_ERROR') return truncated('the gzip stream ends before its end; fetch the file again')
  return new FitsError('FITS_INVALID', `the gzip stream is broken (${message}); fetch the file again`, { cause: error })
}
