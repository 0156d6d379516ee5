import type { FitsFile } from '@datalab/core'

/** What Pixel Math takes. */
export interface PixelMathInputs {
  /**
   * The images that the expression calls a, b, c and so on, in this order
   *
   * @title Images a, b, c, ...
   * @minItems 1
   * @maxItems 26
   */
  input_files: FitsFile[]

  /**
   * A formula for each pixel of the images, such as (a - median(b)) / c * 1.5
   *
   * @title Expression, such as (a - median(b)) / c * 1.5
   * @minLength 1
   */
  expression: string
}
