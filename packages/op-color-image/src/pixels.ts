import type { FrameSize, Samples } from '@datalab/fits'

/** An image in memory: physical values, row after row, the bottom row of the picture first; NaN where there is none. */
export interface Pixels extends FrameSize {
  readonly data: Samples
}
