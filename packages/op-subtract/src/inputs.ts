import type { FitsFile } from '@datalab/core'

/** What Subtraction takes. */
export interface SubtractionInputs {
  /**
   * The input files to operate on
   *
   * @title Input Files
   * @minItems 1
   * @maxItems 999
   */
  input_files: FitsFile[]

  /**
   * This file will be subtracted from the input images.
   *
   * @title Subtraction File
   * @minItems 1
   * @maxItems 1
   */
  subtraction_file: FitsFile[]
}
