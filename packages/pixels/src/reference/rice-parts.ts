import type { PixelScale, Samples } from '../pixel-scale.js'
import type { Quantization } from '../quantization.js'
import type { RiceCoding } from '../rice-coding.js'
import { isRiceLength, RiceIntegers } from './decode-rice.js'
import { dequantize, scaleIntegers } from './dequantize.js'

/** Blocks of a part: of the usual 32 pixels, half a million, which take some milliseconds. */
const PART_BLOCKS = 2 ** 14

/**
 * `decodeRiceFloats`, or with a scale `decodeRiceScaled`, of a tile that takes long: part by part, so that others have their turn between them,
 * and with memory for the integers of one part.
 *
 * @returns Whether the bytes held all pixels, as those do.
 * @example for (const _ of decodeRiceParts(bytes, coding, quantization, into)) await setImmediate()
 */
export function* decodeRiceParts(
  bytes: Uint8Array,
  coding: RiceCoding,
  values: Quantization | PixelScale,
  into: Samples,
): Generator<undefined, boolean> {
  if (!isRiceLength(bytes.length, into.length, coding)) return false
  const tile = new RiceIntegers(bytes, coding)
  const room = new Int32Array(Math.min(into.length, PART_BLOCKS * coding.blocksize))
  for (let start = 0; start < into.length; start += room.length) {
    const integers = room.subarray(0, into.length - start)
    if (!tile.read(integers)) return false
    const part = into.subarray(start, start + integers.length)
    if ('dithering' in values) dequantize(integers, values, part, start)
    else scaleIntegers(integers, values, part)
    yield
  }
  return true
}
