import { HIGH_WORD } from '../byte-order.js'
import type { PictureKernels } from '../kernels.js'
import { type Shades, shadesOf } from '../shades.js'
import { averageSums, spanOf, turnRows } from '../spans.js'
import { encodeBlocks } from './encode-blocks.js'

/** Pictures in plain TypeScript. */
export const pictureKernels: PictureKernels = {
  stretch(values, stretch, into) {
    const white = into.BYTES_PER_ELEMENT === 1 ? 255 : 65_535
    const { curve, factor, offset, scale } = shadesOf(stretch, white)
    for (let i = 0; i < into.length; i++) {
      const x = values[i]! * factor + offset
      // In this order NaN is 0.
      const level = curve === 'linear' ? x : CURVES[curve](x > 0 ? Math.min(x, 1) : 0) * scale + 0.5
      into[i] = level > 0 ? Math.min(level, white) : 0
    }
  },
  stretchTurned(values, width, stretch, into) {
    turnRows(values, width, into, (row, levels) => pictureKernels.stretch(row, stretch, levels))
  },
  shrink(pixels, { width, height }, into, intoSize) {
    for (let y = 0; y < intoSize.height; y++) {
      const [top, bottom] = spanOf(y, height, intoSize.height)
      const sums = new Float64Array(width)
      for (let row = top; row < bottom; row++)
        for (let x = 0; x < width; x++) sums[x] = sums[x]! + pixels[row * width + x]!
      averageSums(sums, width, bottom - top, into.subarray(y * intoSize.width, (y + 1) * intoSize.width))
    }
  },
  addLight(values, { low, high }, light, into) {
    const factor = 1 / (high - low)
    for (let i = 0; i < into.length; i++) {
      const share = (values[i]! - low) * factor
      // In this order NaN adds nothing.
      if (share > 0) into[i] = into[i]! + light * Math.min(share, 1)
    }
  },
  encodeBlocks,
}

const CURVES: Readonly<Record<Exclude<Shades['curve'], 'linear'>, (x: number) => number>> = {
  sqrt: Math.sqrt,
  log: (x) => ln(x * 1000 + 1),
  asinh: (x) => ln(10 * x + Math.sqrt(10 * x * (10 * x) + 1)),
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/** The natural logarithm of a number from 1 on, to nine digits; by operations that every machine rounds alike, as those of `Math.log` are not. */
function ln(x: number): number {
  double[0] = x
  const high = words[HIGH_WORD]!
  words[HIGH_WORD] = (high & 0xfffff) | 0x3ff00000
  const isHigh = double[0] > Math.SQRT2
  const m = isHigh ? double[0] * 0.5 : double[0]
  const exponent = (high >>> 20) - 1023 + (isHigh ? 1 : 0)
  const s = (m - 1) / (m + 1)
  const z = s * s
  const series = ((((1 / 11) * z + 1 / 9) * z + 1 / 7) * z + 1 / 5) * z + 1 / 3
  return 2 * s * (series * z + 1) + exponent * Math.LN2
}
