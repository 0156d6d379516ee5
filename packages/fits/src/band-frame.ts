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
    // Values that are rounded to float32 first would be others.
    stored: frame.sampleType === type ? frame.stored : undefined,
    readBand: async ({ from, to }, into) => {
      const isOwnType = (frame.sampleType === 'float32') === into instanceof Float32Array
      if (isOwnType) await frame.readRows(from, to, into as Samples)
      else into.set(await frame.readRows(from, to))
    },
  }
}
