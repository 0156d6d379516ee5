import type { ByteSource } from './byte-source.js'
import type { Hdu } from './hdu.js'

/**
 * An open FITS file: its HDUs, whose data are read on demand.
 *
 * Close it when done, or declare it with `await using`.
 */
export class Fits {
  /**
   * All HDUs in file order, or as many as were asked for. One that is cut or malformed has an `error`; it is the last where it does not say
   * where the next one begins.
   */
  readonly hdus: readonly Hdu[]
  readonly #source: ByteSource
  readonly #ownsSource: boolean

  /** @param ownsSource Whether closing the file closes the source. */
  constructor(hdus: readonly Hdu[], source: ByteSource, ownsSource: boolean) {
    this.hdus = hdus
    this.#source = source
    this.#ownsSource = ownsSource
  }

  /**
   * Number of bytes of the file; of a gzip file, of what it inflates to. Where the end of that was not reached, the most that it may have.
   */
  get size(): number {
    return this.#source.size
  }

  /** The HDU at this place, or of this name (EXTNAME, in any case; the first of them, or the one of the version); undefined without one. */
  hdu(which: number | string, extver?: number): Hdu | undefined {
    if (typeof which === 'number') return this.hdus[which]
    const name = which.trim().toUpperCase()
    return this.hdus.find((hdu) => hdu.extname.toUpperCase() === name && (extver ?? hdu.extver) === hdu.extver)
  }

  /** Releases the file; reading after it fails. What was handed in open stays open. Closing twice is harmless. */
  async close(): Promise<void> {
    if (this.#ownsSource) await this.#source.close()
  }

  /** Closes the file at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
