import { IS_LITTLE_ENDIAN } from '../byte-order.js'

/** A module with one function that returns a vector of zeros: (module (func (result v128) i32.const 0 i8x16.splat)). */
const PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0],
  ...[10, 8, 1, 6, 0, 65, 0, 253, 15, 11],
)

/** Whether this machine runs WebAssembly with vectors, on numbers whose low byte comes first. */
export function hasSimd(): boolean {
  return IS_LITTLE_ENDIAN && typeof WebAssembly === 'object' && WebAssembly.validate(PROBE)
}
