import type { Bitpix } from './hdu-layout.js'

/** The array types physical values are delivered in. */
export type SampleType = 'float32' | 'float64'

/** Physical values. */
export type Samples = Float32Array | Float64Array

/** The type that holds every value of pixels of type `bitpix` exactly: float32 for 8, 16 and -32 bits, else float64. */
export function sampleTypeOf(bitpix: Bitpix): SampleType {
  return bitpix === 8 || bitpix === 16 || bitpix === -32 ? 'float32' : 'float64'
}

/** A new array of `length` zeros. */
export function allocateSamples(type: SampleType, length: number): Samples {
  return type === 'float32' ? new Float32Array(length) : new Float64Array(length)
}
