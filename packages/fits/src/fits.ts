import { wrongArgument } from './errors.js'
import type { FitsSource } from './fits-source.js'
import type { Hdu } from './hdu.js'
import { showValue } from './show-value.js'

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
  readonly #source: FitsSource

  constructor(hdus: readonly Hdu[], source: FitsSource) {
    this.hdus = hdus
    this.#source = source
  }

  /**
   * Number of bytes of the file; of a gzip file, of what it inflates to. Where the end of that was not reached, the most that it may have.
   */
  get size(): number {
    return this.#source.size
  }

  /**
   * The HDU at this place, or of this name (EXTNAME, in any case; the first of them, or the one of the version); undefined without one.
   *
   * @throws FITS_ARGUMENT when it is neither.
   */
  hdu(which: number | string, extver?: number): Hdu | undefined {
    if (typeof which === 'number') return this.hdus[which]
    if (typeof which !== 'string') {
      throw wrongArgument(`${showValue(which)} is no HDU; give its place, counted from 0, or its name`)
    }
    const name = which.trim().toUpperCase()
    return this.hdus.find((hdu) => hdu.extname.toUpperCase() === name && (extver ?? hdu.extver) === hdu.extver)
  }

  /**
   * Releases the file, when what is being read is read; reading after it fails with FITS_CLOSED. What was handed in open stays open. Closing
   * twice is harmless.
   */
  async close(): Promise<void> {
    await this.#source.close()
  }

  /** Closes the file at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
