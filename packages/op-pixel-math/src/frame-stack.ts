import type { Frame, FrameSize, RowBand, Samples, SampleType } from '@datalab/fits'
import type { ImageStack } from './calculation.js'

/** Frames of one size, of which only the rows that are asked for are in memory. */
export class FrameStack implements ImageStack {
  readonly width: number
  readonly height: number
  readonly types: readonly SampleType[]
  readonly #rows: Samples[] = []

  constructor(
    private readonly frames: readonly Frame[],
    size: FrameSize,
  ) {
    this.width = size.width
    this.height = size.height
    this.types = frames.map(({ sampleType }) => sampleType)
  }

  rows(index: number, { from, to }: RowBand): Promise<Samples> {
    const frame = this.frames[index] as Frame
    return frame.readRows(from, to, this.#memory(index, frame, (to - from) * this.width))
  }

  /** What was read before is of no use any more. */
  #memory(index: number, { sampleType }: Frame, length: number): Samples {
    const there = this.#rows[index]
    if (there !== undefined && there.length >= length) return there
    const made = sampleType === 'float32' ? new Float32Array(length) : new Float64Array(length)
    this.#rows[index] = made
    return made
  }
}
