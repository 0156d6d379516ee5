import type { FitsFile } from '@datalab/core'

/** What Increase Brightness takes. */
export interface IncreaseBrightnessInputs {
  /**
   * A image to increase it's brightness
   *
   * @title Image to Brighten
   * @minItems 1
   * @maxItems 999
   */
  input_files: FitsFile[]

  /**
   * Value to add to the image
   *
   * @title Value to brighten by
   */
  increase_by: number
}
