export type { SubtractionInputs } from './inputs.js'
export { Subtraction } from './subtraction.js'
