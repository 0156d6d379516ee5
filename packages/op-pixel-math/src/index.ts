export { calculate } from './calculate.js'
export type { PixelMathInputs } from './inputs.js'
export { PixelMath } from './pixel-math.js'
