import type { EncodedBand, RowCoding } from '../encode/encoded-band.js'
import type { RiceKernels } from '../kernels.js'
import type { PixelScale, Samples } from '../pixel-scale.js'
import { planQuantization } from '../plan-quantization.js'
import type { Quantization, Quantizing } from '../quantization.js'
import { maxRiceBytes, type RiceCoding, ROW_CODING } from '../rice-coding.js'
import { decodeRice } from './decode-rice.js'
import { dequantize, scaleIntegers } from './dequantize.js'
import { encodeRice } from './encode-rice.js'
import { measureNoise } from './measure-noise.js'
import { quantize } from './quantize.js'
import { decodeEachRow, findRiceRows } from './rice-rows.js'

/** Rice-coded tiles in plain TypeScript. */
export const riceKernels: RiceKernels = {
  decodeRice,
  findRiceRows,
  decodeRiceRows: (bytes, start, rows, into) => decodeEachRow(riceKernels, bytes, start, rows, into),
  dequantize,
  encodeRice,
  encodeRiceRows: encodeRows,
  quantize: quantizeTile,
  decodeRiceFloats: decodeFloats,
  decodeRiceScaled: decodeScaled,
}

function quantizeTile(values: Float32Array, quantizing: Quantizing, into: Int32Array): Quantization | undefined {
  const quantization = planQuantization(measureNoise(values), values.length, quantizing)
  if (quantization !== undefined) quantize(values, quantization, into)
  return quantization
}

function encodeRows(values: Float32Array, { width, level, dithering, seed }: RowCoding, into: EncodedBand): void {
  const integers = new Int32Array(width)
  const coded = new Uint8Array(maxRiceBytes(width, ROW_CODING))
  for (let row = 0, end = 0; row * width < values.length; row++) {
    const pixels = values.subarray(row * width, (row + 1) * width)
    const plan = quantizeTile(pixels, { level, dithering, seed: seed + row }, integers)
    const length = plan === undefined ? 0 : encodeRice(integers, ROW_CODING, coded)
    const isSmaller = length < pixels.byteLength
    into.lengths[row] = isSmaller ? length : 0
    into.scales[row] = plan?.scale ?? 0
    into.zeros[row] = plan?.zero ?? 0
    if (!isSmaller) continue
    into.bytes.set(coded.subarray(0, length), end)
    end += length
  }
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
