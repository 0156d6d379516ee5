import { CombinedHeader, commonSize, type Frame, type FrameSize, type TangentWcs } from '@datalab/fits'
import type { StackingMode } from './inputs.js'
import type { SkyFrame } from './result-grid.js'
import { skyOf } from './sky-of.js'

/** An image that is closed while nobody needs its rows. */
export interface SurveyedFrame extends Frame {
  /** Its world coordinates, where it is to be laid on others. */
  readonly wcs: TangentWcs | undefined
}

/** Pixels by which images may be apart without anybody minding. */
const ALIGNED = 0.5

/** What there is to stack, as its headers say. */
export class Survey {
  readonly frames: SurveyedFrame[] = []
  readonly header: CombinedHeader

  constructor(private readonly mode: StackingMode) {
    const isSum = mode === 'simple' || mode === 'reproject'
    this.header = new CombinedHeader(isSum ? 'sum' : 'mean', { isAligned: mode === 'reproject' })
  }

  /**
   * Adds an image.
   *
   * @param resting the same without its header
   * @returns why it cannot be stacked, in a sentence; undefined where it can
   */
  add(frame: Frame, resting: Frame): string | undefined {
    const sky = this.mode === 'reproject' ? skyOf(frame.header) : undefined
    if (sky !== undefined && 'problem' in sky)
      return `${frame.label} cannot be laid on the others: ${sky.problem}. Leave it out, or choose another stacking mode.`
    this.header.add(frame)
    this.frames.push({ ...resting, wcs: sky })
    return undefined
  }

  /** The size that all images have. */
  get size(): FrameSize {
    return commonSize(this.frames)
  }

  get differsInSize(): boolean {
    const { width, height } = this.size
    return this.frames.some((frame) => frame.width !== width || frame.height !== height)
  }

  /** Whether the images are known to show different places of the sky, pixel by pixel. */
  get isAdrift(): boolean {
    return this.header.drift > ALIGNED && Number.isFinite(this.header.drift)
  }
}

/** Whether an image can be laid on others. */
export function isSkyFrame(frame: SurveyedFrame): frame is SurveyedFrame & SkyFrame {
  return frame.wcs !== undefined
}
