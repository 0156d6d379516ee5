import { HIGH_WORD, IS_LITTLE_ENDIAN } from '../byte-order.js'
import { type Bitpix, blankOf, isIdentity, isUnsigned64, type PixelScale, type Samples } from '../pixel-scale.js'
import { swapBytes } from './swap-bytes.js'

const WORD = 2 ** 32

/** Pixels that are taken at a time. */
const PIECE = 16_384

type Numbers = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** Turns stored big-endian pixels into physical values. */
export function decodePixels(bytes: Uint8Array, bitpix: Bitpix, scale: PixelScale, into: Samples): void {
  const size = Math.abs(bitpix) / 8
  if (isIdentity(scale) && bitpix === -8 * into.BYTES_PER_ELEMENT) {
    copyFloats(bytes, size as 4 | 8, into)
    return
  }
  for (let at = 0; at < into.length; at += PIECE) {
    const end = Math.min(at + PIECE, into.length)
    const piece = bytes.slice(at * size, end * size)
    if (size !== 1 && IS_LITTLE_ENDIAN) swapBytes(piece, size as 2 | 4 | 8, piece)
    const pixels = viewPixels(piece, bitpix)
    if (pixels instanceof BigInt64Array) decode64(pixels, scale, into.subarray(at, end))
    else decode(pixels, bitpix, scale, into.subarray(at, end))
  }
}

// As bytes: a float that is moved as a float may lose what its NaN says.
function copyFloats(bytes: Uint8Array, size: 4 | 8, into: Samples): void {
  const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
  if (IS_LITTLE_ENDIAN) swapBytes(bytes, size, target)
  else target.set(bytes)
}

function viewPixels({ buffer }: Uint8Array<ArrayBuffer>, bitpix: Bitpix): Numbers | BigInt64Array<ArrayBuffer> {
  if (bitpix === 8) return new Uint8Array(buffer)
  if (bitpix === 16) return new Int16Array(buffer)
  if (bitpix === 32) return new Int32Array(buffer)
  if (bitpix === 64) return new BigInt64Array(buffer)
  return bitpix === -32 ? new Float32Array(buffer) : new Float64Array(buffer)
}

function decode(pixels: Numbers, bitpix: Bitpix, scale: PixelScale, into: Samples): void {
  if (isIdentity(scale)) {
    into.set(pixels)
    return
  }
  const { bscale, bzero } = scale
  const blank = bitpix > 0 ? blankOf(scale, bitpix as 8 | 16 | 32) : undefined
  const mark = blank === undefined ? undefined : Number(blank)
  for (let i = 0; i < into.length; i++) {
    const value = pixels[i]!
    into[i] = value === mark ? Number.NaN : value * bscale + bzero
  }
}

/** 64-bit integers from their halves: the high one times 2^32 is exact, so the sum is rounded once. */
function decode64(pixels: BigInt64Array<ArrayBuffer>, scale: PixelScale, into: Samples): void {
  const words = new Uint32Array(pixels.buffer)
  const isUnsigned = isUnsigned64(scale)
  const offset = isUnsigned ? 2 ** 31 : 0
  const { bscale, bzero } = isUnsigned ? { bscale: 1, bzero: 0 } : scale
  const blank = blankOf(scale, 64)
  for (let i = 0; i < into.length; i++) {
    const value = ((words[2 * i + HIGH_WORD]! | 0) + offset) * WORD + words[2 * i + 1 - HIGH_WORD]!
    into[i] = blank !== undefined && pixels[i] === blank ? Number.NaN : value * bscale + bzero
  }
}
