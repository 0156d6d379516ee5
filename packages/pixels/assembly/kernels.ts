// The kernels of the main module. Pointers are addresses in the memory that is imported; callers keep to its bounds.
export * from './bytes'
export * from './decode'
export * from './encode'
export * from './rice-decode'
export * from './dequantize'
export { bisectColumns, bisectFloat32 } from './bisect'
export { clippedMean, reduce } from './reduce'
