import type { RiceKernels } from '../kernels.js'
import { decodeRice } from './decode-rice.js'
import { dequantize, scaleIntegers } from './dequantize.js'

/** Rice-coded tiles in plain TypeScript. */
export const riceKernels: RiceKernels = {
  decodeRice,
  dequantize,
  decodeRiceFloats(bytes, coding, quantization, into) {
    const integers = new Int32Array(into.length)
    const isWhole = decodeRice(bytes, coding, integers)
    if (isWhole) dequantize(integers, quantization, into)
    return isWhole
  },
  decodeRiceScaled(bytes, coding, scale, into) {
    const integers = new Int32Array(into.length)
    const isWhole = decodeRice(bytes, coding, integers)
    if (isWhole) scaleIntegers(integers, scale, into)
    return isWhole
  },
}
