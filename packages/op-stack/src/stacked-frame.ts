import type { Frame, Samples, SampleType } from '@datalab/fits'
import type { BandFrame, Plane, Rows, StoredFrame } from '@datalab/pixels'

/** A frame that is combined with others, band by band. */
export class StackedFrame implements BandFrame {
  readonly stored: StoredFrame | undefined

  /** @param type what the values are combined in: float64 where any of the frames has that */
  constructor(
    private readonly frame: Frame,
    type: SampleType,
  ) {
    // Values that are rounded to float32 first would be others.
    this.stored = frame.sampleType === type ? frame.stored : undefined
  }

  async readBand({ from, to }: Rows, into: Plane): Promise<void> {
    const { frame } = this
    const isOwnType = (frame.sampleType === 'float32') === into instanceof Float32Array
    if (isOwnType) await frame.readRows(from, to, into as Samples)
    else into.set(await frame.readRows(from, to))
  }
}
