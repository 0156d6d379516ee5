export type { MedianInputs } from './inputs.js'
export { Median } from './median.js'
