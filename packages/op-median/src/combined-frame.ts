import type { Frame, Samples } from '@datalab/fits'
import type { BandFrame, Plane, Rows } from '@datalab/pixels'

/** A frame as it is read for being combined with others. */
export class CombinedFrame implements BandFrame {
  readonly label: string
  /** Whether what was read so far holds any value. */
  hasValues = false

  constructor(private readonly frame: Frame) {
    this.label = frame.label
  }

  /** Fills `into`, which is float64 where any of the frames is. */
  async readBand({ from, to }: Rows, into: Plane): Promise<void> {
    const { frame } = this
    const isOwnType = (frame.sampleType === 'float32') === into instanceof Float32Array
    if (isOwnType) await frame.readRows(from, to, into as Samples)
    else into.set(await frame.readRows(from, to))
    // Found at once, but for frames that begin with missing pixels.
    this.hasValues ||= into.some((value) => !Number.isNaN(value))
  }
}
