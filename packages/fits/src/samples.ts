import type { Bitpix } from './hdu-layout.js'

/** The array types physical values are delivered in. */
export type SampleType = 'float32' | 'float64'

/** Physical values. */
export type Samples = Float32Array | Float64Array

/** Pixels as a file stores them, in the machine's byte order: BITPIX 8, 16, 32, 64, -32, -64. */
export type StoredPixels = Uint8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array

/** The type that holds every value of pixels of type `bitpix` exactly: float32 for 8, 16 and -32 bits, else float64. */
export function sampleTypeOf(bitpix: Bitpix): SampleType {
  return bitpix === 8 || bitpix === 16 || bitpix === -32 ? 'float32' : 'float64'
}

/** A new array of `length` zeros. */
export function allocateSamples(type: SampleType, length: number): Samples {
  return type === 'float32' ? new Float32Array(length) : new Float64Array(length)
}

/** A new array of `length` zeros for pixels as they are stored. */
export function allocateStored(bitpix: Bitpix, length: number): StoredPixels {
  return viewPixels(new Uint8Array((length * Math.abs(bitpix)) / 8), bitpix)
}

/** The pixels whose bytes these are, in the machine's order; the memory is the same, and must be aligned to a pixel. */
export function viewPixels({ buffer, byteOffset, length }: Uint8Array, bitpix: Bitpix): StoredPixels {
  if (bitpix === 8) return new Uint8Array(buffer, byteOffset, length)
  if (bitpix === 16) return new Int16Array(buffer, byteOffset, length / 2)
  if (bitpix === 32) return new Int32Array(buffer, byteOffset, length / 4)
  if (bitpix === 64) return new BigInt64Array(buffer, byteOffset, length / 8)
  return bitpix === -32
    ? new Float32Array(buffer, byteOffset, length / 4)
    : new Float64Array(buffer, byteOffset, length / 8)
}
