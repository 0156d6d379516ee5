import type { PixelKernels } from '../kernels.js'
import { loadKernels } from '../load-kernels.js'
import { rowsRoom } from '../simd/rice-encoder.js'

/** Bytes of the rows that are coded in one call: few enough to stay in the processor's cache. */
const AT_ONCE = 2 ** 18

const SPARE = 4096

/** Kernels that have room to code rows of one width, some at once. */
export function rowKernels(width: number): PixelKernels {
  const rows = Math.max(1, Math.floor(AT_ONCE / (width * Float32Array.BYTES_PER_ELEMENT)))
  return loadKernels({ arenaBytes: rowsRoom(rows, width) + SPARE })
}
