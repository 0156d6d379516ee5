import { maxRiceBytes, type RiceCoding } from '@datalab/pixels'
import { pixelKernels } from './pixel-kernels.js'

/** Where tiles are coded, one after another: the bytes they come to are known only then. */
let room = new Uint8Array(0)

/**
 * Rice-codes the integers of a tile, to the same bytes as cfitsio (FITS 4.0, section 10.4.1; Pence, Seaman and White 2009, PASP 121, 414).
 *
 * @param values Integers that fit the width: unsigned ones of 1 byte, signed ones of 2 or 4; they are only read.
 */
export function encodeRice(values: Int32Array, coding: RiceCoding): Uint8Array<ArrayBuffer> {
  const most = maxRiceBytes(values.length, coding)
  if (room.length < most) room = new Uint8Array(most)
  return room.slice(0, pixelKernels(values.length).encodeRice(values, coding, room))
}
