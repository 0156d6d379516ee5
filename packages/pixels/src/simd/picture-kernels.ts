import type { PictureKernels } from '../kernels.js'
import { pictureKernels as reference } from '../reference/picture-kernels.js'
import { type Shades, shadesOf } from '../shades.js'
import { spanOf, turnRows } from '../spans.js'
import { BlockEncoder } from './block-encoder.js'
import { COLUMN_BYTES, type Machine, PIECES, PIECES_BYTES, SCRATCH } from './machine.js'
import { BEHIND, roomFor } from './room.js'

const CURVES: Readonly<Record<Shades['curve'], number>> = { linear: 0, sqrt: 1, log: 2, asinh: 3 }

/** A row's sums fill the table that there is room for. */
const MAX_WIDTH = COLUMN_BYTES / 4

/** Rows that are shorter are added up sooner than they are copied. */
const MIN_WIDTH = 64

/** Pictures by vectors. */
export function pictureKernels(machine: Machine): PictureKernels {
  const { kernels } = machine
  const blocks = new BlockEncoder(machine)

  /** Leaves the sums of the columns of some rows in the scratch. */
  function sumRows(pixels: Uint8Array, width: number, top: number, bottom: number): void {
    const padded = Math.ceil(width / 16) * 16
    machine.bytes.fill(0, SCRATCH, SCRATCH + padded * Uint32Array.BYTES_PER_ELEMENT)
    const most = Math.floor(PIECES_BYTES / width) - 1
    for (let row = top; row < bottom; row += most) {
      const to = Math.min(bottom, row + most)
      machine.copyIn(pixels.subarray(row * width, to * width), PIECES)
      kernels.addRows!(PIECES, width, to - row, SCRATCH, padded)
    }
  }

  const pictures: PictureKernels = {
    stretch(values, stretch, into) {
      const { curve, factor, offset, scale } = shadesOf(stretch, into.BYTES_PER_ELEMENT === 1 ? 255 : 65_535)
      const kernel = kernels[`stretch${values.BYTES_PER_ELEMENT * 8}To${into.BYTES_PER_ELEMENT * 8}`]!
      machine.each(into.length, [values], into, ([from], to, count) =>
        kernel(CURVES[curve], from!, to, count, factor, offset, scale),
      )
    },
    stretchTurned(values, width, stretch, into) {
      const { BYTES_PER_ELEMENT } = values
      const { curve, factor, offset, scale } = shadesOf(stretch, 255)
      const most = Math.floor((PIECES_BYTES - 4 * BEHIND) / (width * (BYTES_PER_ELEMENT + 1)))
      if (most < 1) {
        // Rows that are longer than a piece come one by one.
        turnRows(values, width, into, (row, levels) => pictures.stretch(row, stretch, levels))
        return
      }
      const kernel = kernels[`stretchTurned${BYTES_PER_ELEMENT * 8}`]!
      const levels = PIECES + roomFor(most * width * BYTES_PER_ELEMENT)
      for (let end = values.length; end > 0; end -= most * width) {
        const some = values.subarray(Math.max(0, end - most * width), end)
        const done = values.length - end
        machine.copyIn(some, PIECES)
        kernel(CURVES[curve], PIECES, levels, width, some.length / width, factor, offset, scale)
        machine.copyOut(levels, into.subarray(done, done + some.length))
      }
    },
    shrink(pixels, size, into, intoSize) {
      const { width, height } = size
      if (width < MIN_WIDTH || width > MAX_WIDTH || height > 2 ** 24) {
        reference.shrink(pixels, size, into, intoSize)
        return
      }
      for (let y = 0; y < intoSize.height; y++) {
        const [top, bottom] = spanOf(y, height, intoSize.height)
        sumRows(pixels, width, top, bottom)
        kernels.averageSums!(SCRATCH, width, bottom - top, PIECES, intoSize.width)
        machine.copyOut(PIECES, into.subarray(y * intoSize.width, (y + 1) * intoSize.width))
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
  return pictures
}
