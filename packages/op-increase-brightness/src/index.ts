export { brighten } from './brighten.js'
export { IncreaseBrightness } from './increase-brightness.js'
export type { IncreaseBrightnessInputs } from './inputs.js'
