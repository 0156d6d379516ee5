import type { CombineFramesOptions } from '@datalab/fits/images'
import type { StackingMode } from './inputs.js'

/** The modes that go pixel by pixel. */
export type PixelMode = Exclude<StackingMode, 'reproject'>

/** What becomes of the values of a pixel. */
export type PixelMethod = Extract<CombineFramesOptions['method'], 'sum' | 'mean' | 'sigma-clip'>

/** What each mode does, and what HISTORY says of it. */
export const METHODS: Readonly<Record<PixelMode, { readonly method: PixelMethod; readonly history: string }>> = {
  simple: { method: 'sum', history: 'Sum of the images, pixel by pixel; NaN counts as missing.' },
  mean: { method: 'mean', history: 'Mean of the images, pixel by pixel; NaN counts as missing.' },
  'sigma-clip': {
    method: 'sigma-clip',
    history:
      'Mean of the images, pixel by pixel, without values more than 3 standard deviations from the median, in up to 5 rounds; NaN counts as missing.',
  },
}
