import type { FitsFile } from '@datalab/core'

/** What Median takes. */
export interface MedianInputs {
  /**
   * The input files to operate on
   *
   * @title Input Files
   * @minItems 2
   * @maxItems 999
   * @unordered true
   */
  input_files: FitsFile[]
}
