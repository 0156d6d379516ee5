import { loadKernels } from '../load-kernels.js'
import { maxRiceBytes, type RiceCoding } from '../rice-coding.js'
import { BEHIND } from '../simd/room.js'
import type { EncodedBand, RowCoding } from './encoded-band.js'

/** How quantised rows are coded: as fpack codes them. */
const CODING: RiceCoding = { bytepix: 4, blocksize: 32 }

/** Rooms of a row that the kernels take and borrow, and what they take besides. */
const ROOMS = 16
const SPARE = 4096

/** Quantises and Rice-codes rows of one width, one after the other: in a memory of its own. */
export class RowEncoder {
  readonly #kernels
  readonly #integers: Int32Array
  readonly #coded: Uint8Array

  constructor(readonly width: number) {
    const rowBytes = width * Float32Array.BYTES_PER_ELEMENT
    this.#kernels = loadKernels({ arenaBytes: ROOMS * (rowBytes + 2 * BEHIND) + SPARE })
    this.#integers = this.#kernels.arena.allocate('int32', width)
    this.#coded = this.#kernels.arena.allocate('uint8', maxRiceBytes(width, CODING))
  }

  /**
   * Codes whole rows.
   *
   * @param seed of the first of them; each next one has the next.
   * @param into Has room for as many rows. One that cannot be quantised, or would not become smaller, gets the length 0.
   */
  encode(values: Float32Array, { level, dithering }: RowCoding, seed: number, into: EncodedBand): void {
    const { width } = this
    const rows = values.length / width
    let end = 0
    for (let row = 0; row < rows; row++) {
      const pixels = values.subarray(row * width, (row + 1) * width)
      const plan = this.#kernels.quantize(pixels, { level, dithering, seed: seed + row }, this.#integers)
      const length = plan === undefined ? 0 : this.#kernels.encodeRice(this.#integers, CODING, this.#coded)
      const isSmaller = length < pixels.byteLength
      into.lengths[row] = isSmaller ? length : 0
      into.scales[row] = plan?.scale ?? 0
      into.zeros[row] = plan?.zero ?? 0
      if (!isSmaller) continue
      into.bytes.set(this.#coded.subarray(0, length), end)
      end += length
    }
  }
}
