import { invalid, unsupported } from './errors.js'
import type { Header } from './header.js'
import { requireInteger } from './require-integer.js'

/** The heap that a table had before it was compressed, with the gap before it. */
export class UncompressedHeap {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #start: number

  /**
   * @param header Of the table as it was.
   * @param length Its PCOUNT.
   * @throws FITS_INVALID when THEAP is outside of it, FITS_UNSUPPORTED when memory does not hold it.
   */
  constructor(header: Header, length: number) {
    const tableBytes = requireInteger(header, 'NAXIS1', { min: 0 }) * requireInteger(header, 'NAXIS2', { min: 0 })
    const range = { min: tableBytes, max: tableBytes + length, fallback: tableBytes }
    this.#start = requireInteger(header, 'THEAP', range) - tableBytes
    try {
      this.bytes = new Uint8Array(length)
    } catch {
      throw unsupported(`the heap of the table has ${length} bytes, more than there is memory for`)
    }
  }

  /** @throws FITS_INVALID when the cell was not in the heap. */
  put(cell: Uint8Array, offset: number, column: string): void {
    const at = this.#start + offset
    if (offset < 0 || at + cell.length > this.bytes.length) {
      throw invalid(`a cell of column ${column} lay at ${offset} of a heap of ${this.bytes.length} bytes`, { column })
    }
    this.bytes.set(cell, at)
  }
}
