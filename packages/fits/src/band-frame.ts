import type { BandFrame } from '@datalab/pixels'
import type { Frame } from './frame.js'
import type { Samples, SampleType } from './samples.js'

/**
 * A frame as `combineBands` of `@datalab/pixels` takes it: threads read it by themselves where it is a file of this machine.
 *
 * @param type what the frames are combined in: float64 where any of them has that
 * @example combineBands(frames.map((frame) => bandFrame(frame, 'float32')), { method: 'median', width, height })
 */
export function bandFrame(frame: Frame, type: SampleType): BandFrame {
  return {
    stored: frame.sampleType === type || isExact(frame) ? frame.stored : undefined,
    readBand: async ({ from, to }, into) => {
      const isOwnType = (frame.sampleType === 'float32') === into instanceof Float32Array
      if (isOwnType) await frame.readRows(from, to, into as Samples)
      else into.set(await frame.readRows(from, to))
    },
  }
}

/** Sums of integers of 8 or 16 bits and such a BZERO are exact in float32. */
const MAX_SHIFT = 2 ** 23

/** Whether the values of a float32 frame are the same in float64: those that are rounded to float32 would be others. */
function isExact({ stored, sampleType }: Frame): boolean {
  if (stored?.pixels.kind !== 'plain' || sampleType !== 'float32') return false
  const { bitpix, scale } = stored.pixels
  const { bscale, bzero } = scale
  if (bitpix === -32) return bscale === 1 && bzero === 0
  return bscale === 1 && Number.isInteger(bzero) && Math.abs(bzero) <= MAX_SHIFT
}
