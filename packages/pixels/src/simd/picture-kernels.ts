import type { PictureKernels } from '../kernels.js'
import { pictureKernels as reference } from '../reference/picture-kernels.js'
import { type Shades, shadesOf } from '../shades.js'
import { averageSums, spanOf } from '../spans.js'
import { BlockEncoder } from './block-encoder.js'
import { COLUMN_BYTES, type Machine, PIECES, PIECES_BYTES, SCRATCH } from './machine.js'

const CURVES: Readonly<Record<Shades['curve'], number>> = { linear: 0, sqrt: 1, log: 2, asinh: 3 }

/** A row's sums fill the table that there is room for. */
const MAX_WIDTH = COLUMN_BYTES / 4

/** Rows that are shorter are added up sooner than they are copied. */
const MIN_WIDTH = 64

/** Pictures by vectors. */
export function pictureKernels(machine: Machine): PictureKernels {
  const { kernels } = machine
  const blocks = new BlockEncoder(machine)

  /** The sums of the columns of some rows. */
  function sumRows(pixels: Uint8Array, width: number, top: number, bottom: number): Uint32Array {
    const padded = Math.ceil(width / 16) * 16
    const sums = new Uint32Array(machine.bytes.buffer, SCRATCH, padded).fill(0)
    const most = Math.floor(PIECES_BYTES / width) - 1
    for (let row = top; row < bottom; row += most) {
      const to = Math.min(bottom, row + most)
      machine.copyIn(pixels.subarray(row * width, to * width), PIECES)
      kernels.addRows!(PIECES, width, to - row, SCRATCH, padded)
    }
    return sums
  }

  return {
    stretch(values, stretch, into) {
      const { curve, factor, offset, scale } = shadesOf(stretch, into.BYTES_PER_ELEMENT === 1 ? 255 : 65_535)
      const kernel = kernels[`stretch${values.BYTES_PER_ELEMENT * 8}To${into.BYTES_PER_ELEMENT * 8}`]!
      machine.each(into.length, [values], into, ([from], to, count) =>
        kernel(CURVES[curve], from!, to, count, factor, offset, scale),
      )
    },
    shrink(pixels, size, into, intoSize) {
      const { width, height } = size
      if (width < MIN_WIDTH || width > MAX_WIDTH || height > 2 ** 24) {
        reference.shrink(pixels, size, into, intoSize)
        return
      }
      for (let y = 0; y < intoSize.height; y++) {
        const [top, bottom] = spanOf(y, height, intoSize.height)
        const sums = sumRows(pixels, width, top, bottom)
        averageSums(sums, width, bottom - top, into.subarray(y * intoSize.width, (y + 1) * intoSize.width))
      }
    },
    addLight(values, { low, high }, light, into) {
      const kernel = kernels[`addLight${values.BYTES_PER_ELEMENT * 8}`]!
      const factor = 1 / (high - low)
      // The light that is there already is an input, too.
      machine.each(into.length, [values, into], into, ([from, before], to, count) => {
        if (before !== to) machine.bytes.copyWithin(to, before!, before! + 4 * count)
        kernel(from!, to, count, low, factor, light)
      })
    },
    encodeBlocks: (pixels, quality, into) =>
      blocks.encode(pixels, quality, into) ?? reference.encodeBlocks(pixels, quality, into),
  }
}
