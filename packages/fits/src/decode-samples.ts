import type { Bitpix } from './hdu-layout.js'
import { pixelKernels } from './pixel-kernels.js'
import { type Samples, type StoredPixels, viewPixels } from './samples.js'
import { isIdentity, type Scale } from './scale.js'
import { HIGH_WORD, swapBytes } from './swap-bytes.js'

const UINT64_ZERO = 2 ** 63
const WORD = 2 ** 32

/**
 * Turns stored big-endian pixels into physical values, as `convertPixels` does.
 *
 * @param bytes The stored pixels, as many as `into` holds, at an address aligned to a pixel. Their bytes may be swapped in place; the memory
 * may be that of `into` itself where pixels have the same size there.
 */
export function decodeSamples(bytes: Uint8Array, bitpix: Bitpix, scale: Scale, into: StoredPixels): void {
  const pixels = viewPixels(bytes, bitpix)
  if (pixels.constructor !== into.constructor || !isIdentity(scale)) {
    pixelKernels().decodePixels(bytes, bitpix, scale, into as Samples)
    return
  }
  swapBytes(bytes, pixels.BYTES_PER_ELEMENT)
  if (pixels.buffer !== into.buffer || pixels.byteOffset !== into.byteOffset) into.set(pixels as never)
}

/**
 * Turns stored pixels into physical values.
 *
 * Values are computed in double precision and rounded once to the type of `into`; 64-bit integers, plain or unsigned by `BZERO = 2^63`,
 * are the nearest double of the exact integer. BLANK becomes NaN.
 *
 * @param pixels As many as `into` holds. The memory may be that of `into` itself where both hold elements of the same size.
 * @param into Physical values where it holds floats. With a scale that changes nothing it may be of any type that holds the pixels.
 */
export function convertPixels(pixels: StoredPixels, scale: Scale, into: StoredPixels): void {
  if (into instanceof BigInt64Array) {
    copy64(pixels, into)
    return
  }
  if (pixels instanceof BigInt64Array) {
    decode64(pixels, scale, into)
    return
  }
  if (pixels.buffer !== into.buffer || pixels.byteOffset !== into.byteOffset) into.set(pixels)
  scaleSamples(into as Samples, scale)
}

/** Turns stored values into physical ones in place; the array's type must hold every stored value exactly. */
export function scaleSamples(values: Samples, scale: Scale): void {
  if (isIdentity(scale)) return
  const { bscale, bzero } = scale
  if (scale.blank === undefined) {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * bscale + bzero
    return
  }
  const blank = Number(scale.blank)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    values[i] = value === blank ? Number.NaN : value * bscale + bzero
  }
}

function copy64(pixels: StoredPixels, into: BigInt64Array): void {
  if (pixels instanceof BigInt64Array) into.set(pixels)
  else for (let i = 0; i < into.length; i++) into[i] = BigInt(pixels[i]!)
}

/**
 * 64-bit integers from their halves: the high one times 2^32 is exact, so the sum is rounded once.
 * Each is read before its place is written, as the memory may be the same.
 */
function decode64(pixels: BigInt64Array, scale: Scale, into: Exclude<StoredPixels, BigInt64Array>): void {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length * 2)
  const isUnsigned = scale.bzero === UINT64_ZERO && scale.bscale === 1
  const offset = isUnsigned ? 2 ** 31 : 0
  const [blankHigh, blankLow] = halvesOf(scale.blank)
  for (let i = 0; i < into.length; i++) {
    const high = words[2 * i + HIGH_WORD]!
    const low = words[2 * i + 1 - HIGH_WORD]!
    into[i] = high === blankHigh && low === blankLow ? Number.NaN : ((high | 0) + offset) * WORD + low
  }
  if (!isUnsigned) scaleSamples(into as Samples, { ...scale, blank: undefined })
}

/** The two words of a 64-bit integer; -1 matches none, where there is no integer or it is too large. */
function halvesOf(value: number | bigint | undefined): [high: number, low: number] {
  const integer = value === undefined ? undefined : BigInt(value)
  if (integer === undefined || BigInt.asIntN(64, integer) !== integer) return [-1, -1]
  return [Number(BigInt.asUintN(32, integer >> 32n)), Number(BigInt.asUintN(32, integer))]
}
