import type { ByteKernels } from '../kernels.js'
import { decodePixels } from './decode-pixels.js'
import { encodePixels } from './encode-pixels.js'
import { swapBytes } from './swap-bytes.js'

/** Byte order and scaling in plain TypeScript. */
export const byteKernels: ByteKernels = { swapBytes, decodePixels, encodePixels }
