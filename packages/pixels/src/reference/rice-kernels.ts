import type { RiceKernels } from '../kernels.js'
import type { PixelScale, Samples } from '../pixel-scale.js'
import { planQuantization } from '../plan-quantization.js'
import type { Quantization } from '../quantization.js'
import type { CodedTiles, RiceCoding } from '../rice-coding.js'
import { decodeRice } from './decode-rice.js'
import { dequantize, scaleIntegers } from './dequantize.js'
import { encodeRice } from './encode-rice.js'
import { measureNoise } from './measure-noise.js'
import { quantize } from './quantize.js'

/** Rice-coded tiles in plain TypeScript. */
export const riceKernels: RiceKernels = {
  decodeRice,
  decodeRiceTiles: decodeTiles,
  dequantize,
  encodeRice,
  quantize(values, quantizing, into) {
    const quantization = planQuantization(measureNoise(values), values.length, quantizing)
    if (quantization !== undefined) quantize(values, quantization, into)
    return quantization
  },
  decodeRiceFloats: decodeFloats,
  decodeRiceScaled: decodeScaled,
}

function decodeFloats(bytes: Uint8Array, coding: RiceCoding, quantization: Quantization, into: Samples): boolean {
  const integers = new Int32Array(into.length)
  const isWhole = decodeRice(bytes, coding, integers)
  if (isWhole) dequantize(integers, quantization, into)
  return isWhole
}

function decodeScaled(bytes: Uint8Array, coding: RiceCoding, scale: PixelScale, into: Samples): boolean {
  const integers = new Int32Array(into.length)
  const isWhole = decodeRice(bytes, coding, integers)
  if (isWhole) scaleIntegers(integers, scale, into)
  return isWhole
}

function decodeTiles(bytes: Uint8Array, { coding, starts, lengths, values }: CodedTiles, into: Samples): boolean {
  const count = into.length / starts.length
  for (const [tile, start] of starts.entries()) {
    const coded = bytes.subarray(start, start + lengths[tile]!)
    const part = into.subarray(tile * count, (tile + 1) * count)
    const isWhole =
      values.kind === 'quantized'
        ? decodeFloats(coded, coding, values.tiles[tile]!, part)
        : decodeScaled(coded, coding, values.scale, part)
    if (!isWhole) return false
  }
  return true
}
