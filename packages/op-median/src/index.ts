export type { MedianInputs } from './inputs.js'
export { Median } from './median.js'
export { stackMedian } from './stack-median.js'
