import { IS_LITTLE_ENDIAN } from '../byte-order.js'
import { type Bitpix, blankOf, isIdentity, isUnsigned64, type PixelScale, type Samples } from '../pixel-scale.js'
import { swapBytes } from './swap-bytes.js'

const LIMITS = { 8: [0, 255], 16: [-32_768, 32_767], 32: [-2_147_483_648, 2_147_483_647] } as const

/** Turns physical values into stored big-endian pixels. */
export function encodePixels(values: Samples, bitpix: Bitpix, scale: PixelScale, into: Uint8Array): void {
  if (bitpix < 0) encodeFloats(values, bitpix as -32 | -64, scale, into)
  else if (bitpix === 64) encode64(values, scale, into)
  else encodeIntegers(values, bitpix as 8 | 16 | 32, scale, into)
}

function encodeFloats(values: Samples, bitpix: -32 | -64, scale: PixelScale, into: Uint8Array): void {
  if (isIdentity(scale) && bitpix === -8 * values.BYTES_PER_ELEMENT) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    if (IS_LITTLE_ENDIAN) swapBytes(bytes, (-bitpix / 8) as 4 | 8, into)
    else into.set(bytes)
    return
  }
  const view = new DataView(into.buffer, into.byteOffset, into.length)
  const { bscale, bzero } = scale
  for (let i = 0; i < values.length; i++) {
    const stored = (values[i]! - bzero) / bscale
    if (bitpix === -32) view.setFloat32(4 * i, stored)
    else view.setFloat64(8 * i, stored)
  }
}

function encodeIntegers(values: Samples, bitpix: 8 | 16 | 32, scale: PixelScale, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.length)
  const { bscale, bzero } = scale
  const [least, most] = LIMITS[bitpix]
  const blank = Number(blankOf(scale, bitpix) ?? 0)
  for (let i = 0; i < values.length; i++) {
    const stored = (values[i]! - bzero) / bscale
    const integer = Number.isNaN(stored) ? blank : Math.max(least, Math.min(roundHalfEven(stored), most))
    if (bitpix === 8) into[i] = integer
    else if (bitpix === 16) view.setInt16(2 * i, integer)
    else view.setInt32(4 * i, integer)
  }
}

function encode64(values: Samples, scale: PixelScale, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.length)
  const isUnsigned = isUnsigned64(scale)
  const { bscale, bzero } = isUnsigned ? { bscale: 1, bzero: 0 } : scale
  const [least, most] = isUnsigned ? [0, 2 ** 64] : [-(2 ** 63), 2 ** 63]
  const offset = isUnsigned ? 2n ** 63n : 0n
  const blank = blankOf(scale, 64) ?? (isUnsigned ? -offset : 0n)
  for (let i = 0; i < values.length; i++) {
    const stored = (values[i]! - bzero) / bscale
    let integer = blank
    if (stored >= most) integer = 2n ** 63n - 1n
    else if (!Number.isNaN(stored)) integer = BigInt(Math.max(least, roundHalfEven(stored))) - offset
    view.setBigInt64(8 * i, integer)
  }
}

/** The nearest integer; of two, the even one. */
function roundHalfEven(value: number): number {
  const up = Math.round(value)
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up
}
