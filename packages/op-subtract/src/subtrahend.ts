import type { Frame, FrameSize, RowBand, Samples, SampleType } from '@datalab/fits'

/** The image that is subtracted, in memory. */
export class Subtrahend implements FrameSize {
  readonly width: number
  readonly height: number
  readonly sampleType: SampleType

  /**
   * @param data all of its values, which are only read
   * @param name the name of its file
   */
  constructor(
    frame: Pick<Frame, 'width' | 'height' | 'sampleType'>,
    private readonly data: Samples,
    readonly name: string,
  ) {
    this.width = frame.width
    this.height = frame.height
    this.sampleType = frame.sampleType
  }

  /** The first `width` values of some rows, in an array of the type and length of `like`; only to be read. */
  rows({ from, to }: RowBand, width: number, like: Samples): Samples {
    const isSame = this.data.constructor === like.constructor
    if (isSame && width === this.width) return this.data.subarray(from * width, to * width)
    const rows = like instanceof Float32Array ? new Float32Array(like.length) : new Float64Array(like.length)
    for (let row = from; row < to; row++) {
      const start = row * this.width
      rows.set(this.data.subarray(start, start + width), (row - from) * width)
    }
    return rows
  }
}
