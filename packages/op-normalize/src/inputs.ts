import type { FitsFile } from '@datalab/core'

/** What Normalization takes. */
export interface NormalizationInputs {
  /**
   * The input files to operate on
   *
   * @title Input Files
   * @minItems 1
   * @maxItems 999
   */
  input_files: FitsFile[]
}
