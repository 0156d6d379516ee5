import type { RiceKernels } from '../kernels.js'
import { planQuantization } from '../plan-quantization.js'
import { decodeRice } from './decode-rice.js'
import { dequantize, scaleIntegers } from './dequantize.js'
import { encodeRice } from './encode-rice.js'
import { measureNoise } from './measure-noise.js'
import { quantize } from './quantize.js'

/** Rice-coded tiles in plain TypeScript. */
export const riceKernels: RiceKernels = {
  decodeRice,
  dequantize,
  encodeRice,
  quantize(values, quantizing, into) {
    const quantization = planQuantization(measureNoise(values), values.length, quantizing)
    if (quantization !== undefined) quantize(values, quantization, into)
    return quantization
  },
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
