import { setImmediate } from 'node:timers/promises'
import type { ByteSource } from './byte-source.js'
import { FitsError } from './errors.js'
import { GunzipSource } from './gunzip-source.js'

/** Bytes that are read, and decoded, before the process may do something else: bytes in memory come without any waiting. */
const BREATH_BYTES = 1024 * 1024

/** What is known of the bytes of an open file. */
export interface FitsSourceParts {
  readonly source: ByteSource
  /** How messages name the file. */
  readonly name: string
  /** Whether it is closed with the file. */
  readonly isOwned: boolean
  /** Bytes that are rather read in vain than left out by asking twice. */
  readonly gap: number
}

/** The bytes of an open file, as its HDUs read them: those of a gzip file inflated. When it is closed, every reading says so. */
export class FitsSource implements ByteSource {
  /** Bytes that are rather read in vain than left out by asking twice. */
  readonly gap: number
  readonly #source: ByteSource
  readonly #name: string
  readonly #isOwned: boolean
  #sinceBreath = 0
  #isClosed = false
  #isReleased = false
  #holders = 0
  #closing: Promise<void> | undefined
  #whenLeft: () => void = () => undefined
  readonly #closedWith: { close(): Promise<void> }[] = []

  constructor({ source, name, isOwned, gap }: FitsSourceParts) {
    this.#source = source
    this.#name = name
    this.#isOwned = isOwned
    this.gap = gap
  }

  get size(): number {
    return this.#source.size
  }

  get identity(): string {
    return this.#source.identity
  }

  /** Whether there is no telling yet how many bytes there are: they are inflated as they are asked for. */
  get isInflated(): boolean {
    return this.#source instanceof GunzipSource
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    this.#requireUnreleased()
    const read = await this.#source.read(offset, into).catch((error) => {
      this.#requireUnreleased()
      throw error
    })
    await this.#breathe(read)
    // What was under way may have come short.
    this.#requireUnreleased()
    return read
  }

  /**
   * What the work gives, until whose end nothing is released.
   *
   * @throws FITS_CLOSED when it is closed already.
   */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    this.requireOpen()
    this.#holders++
    try {
      return await work()
    } finally {
      this.#holders--
      if (this.#holders === 0) this.#whenLeft()
    }
  }

  /** What is to be closed when nobody holds the file any more. */
  closeWith(companion: { close(): Promise<void> }): void {
    this.#closedWith.push(companion)
  }

  /** Whether there are bytes up to `end`; what is wrong with a gzip stream before that is thrown. */
  async reaches(end: number): Promise<boolean> {
    if (this.#source instanceof GunzipSource) return this.#source.reaches(end)
    return end <= this.#source.size
  }

  /** @throws FITS_CLOSED when it is closed. */
  requireOpen(): void {
    if (this.#isClosed) throw this.#closed()
  }

  /** Closes it, as soon as nobody holds it. Where there is nothing to release, it is not waited for. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#closing ??= this.#release()
    if (this.#isOwned) await this.#closing
  }

  async #breathe(read: number): Promise<void> {
    this.#sinceBreath += read
    if (this.#sinceBreath < BREATH_BYTES) return
    this.#sinceBreath = 0
    await setImmediate()
  }

  async #release(): Promise<void> {
    if (this.#holders > 0) {
      await new Promise<void>((resolve) => {
        this.#whenLeft = resolve
      })
    }
    this.#isReleased = true
    await Promise.all(this.#closedWith.map((companion) => companion.close()))
    if (this.#isOwned) await this.#source.close()
  }

  #requireUnreleased(): void {
    if (this.#isReleased) throw this.#closed()
  }

  #closed(): FitsError {
    return new FitsError('FITS_CLOSED', `${this.#name} was closed; read it before that, or open it again`)
  }
}
