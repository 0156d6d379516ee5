export type { StackingInputs, StackingMode } from './inputs.js'
export { Stacking } from './stacking.js'
