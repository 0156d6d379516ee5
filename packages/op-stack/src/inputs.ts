import type { FitsFile } from '@datalab/core'

/** How images become one: `reproject` lays them on the first by their world coordinates, the others go pixel by pixel. */
export type StackingMode = 'simple' | 'reproject' | 'mean' | 'sigma-clip'

/** What Stacking takes. */
export interface StackingInputs {
  /**
   * The input files to operate on
   *
   * @title Input Files
   * @minItems 2
   * @maxItems 999
   */
  input_files: FitsFile[]

  /**
   * Choose simple stacking or reprojection before stacking
   *
   * @title Stacking Mode
   * @default "simple"
   */
  stacking_mode?: StackingMode
}
