export type { NormalizationInputs } from './inputs.js'
export { medianOf } from './median-of.js'
export { Normalization } from './normalization.js'
