import type { ByteKernels } from '../kernels.js'
import { type Bitpix, blankOf, isIdentity, isUnsigned64, type PixelScale, type Samples } from '../pixel-scale.js'
import type { Machine } from './machine.js'

/** Outside the range of integers of 8 and 16 bits: equals none of them. */
const NO_INTEGER = 0x7fffffff

/** Sums of 8- or 16-bit integers and such a BZERO are exact in float32. */
const MAX_SHIFT = 2 ** 23

/** Byte order and scaling by vectors. */
export function byteKernels(machine: Machine): ByteKernels {
  const { kernels } = machine

  function swapBytes(from: Uint8Array, size: 2 | 4 | 8, into: Uint8Array): void {
    const swap = kernels[`swap${size * 8}`]!
    machine.each(from.length, [from], into, ([source], target, count) => swap(source!, target, count))
  }

  function decodePixels(bytes: Uint8Array, bitpix: Bitpix, scale: PixelScale, into: Samples): void {
    const target = into.BYTES_PER_ELEMENT * 8
    if (isIdentity(scale) && bitpix === -target) swapBytes(bytes, (target / 8) as 4 | 8, bytesOf(into))
    else if (bitpix === 64) decode64(bytes, scale, into)
    else if (target === 32 && isShift(bitpix, scale)) decodeShifted(bytes, bitpix, scale, into)
    else {
      const { bscale } = scale
      // Only -0 leaves every float as it is.
      const bzero = isIdentity(scale) ? -0 : scale.bzero
      const blank = bitpix > 0 ? Number(blankOf(scale, bitpix as 8 | 16 | 32) ?? Number.NaN) : Number.NaN
      const decode = kernels[`decode${typeName(bitpix)}To${target}`]!
      machine.each(into.length, [bytes], into, ([from], to, count) => decode(from!, to, count, bscale, bzero, blank))
    }
  }

  function decodeShifted(bytes: Uint8Array, bitpix: Bitpix, scale: PixelScale, into: Samples): void {
    const blank = Number(blankOf(scale, bitpix as 8 | 16) ?? NO_INTEGER)
    const shift = kernels[`shift${bitpix}`]!
    machine.each(into.length, [bytes], into, ([from], to, count) => shift(from!, to, count, scale.bzero, blank))
  }

  function decode64(bytes: Uint8Array, scale: PixelScale, into: Samples): void {
    const { bscale, bzero } = scale
    const blank = blankOf(scale, 64)
    const decode = kernels[`decode64To${into.BYTES_PER_ELEMENT * 8}`]!
    machine.each(into.length, [bytes], into, ([from], to, count) =>
      decode(from!, to, count, bscale, bzero, isUnsigned64(scale), blank !== undefined, blank ?? 0n),
    )
  }

  function encodePixels(values: Samples, bitpix: Bitpix, scale: PixelScale, into: Uint8Array): void {
    const source = values.BYTES_PER_ELEMENT * 8
    if (isIdentity(scale) && bitpix === -source) {
      swapBytes(bytesOf(values), (source / 8) as 4 | 8, into)
      return
    }
    const { bscale, bzero } = scale
    const encode = kernels[`encode${typeName(bitpix)}From${source}`]!
    if (bitpix === 64) {
      const isUnsigned = isUnsigned64(scale)
      const blank = blankOf(scale, 64) ?? (isUnsigned ? -(2n ** 63n) : 0n)
      machine.each(values.length, [values], into, ([from], to, count) =>
        encode(from!, to, count, bscale, bzero, isUnsigned, blank),
      )
    } else {
      const blank = bitpix > 0 ? Number(blankOf(scale, bitpix as 8 | 16 | 32) ?? 0) : 0
      machine.each(values.length, [values], into, ([from], to, count) => encode(from!, to, count, bscale, bzero, blank))
    }
  }

  return { swapBytes, decodePixels, encodePixels }
}

function typeName(bitpix: Bitpix): string {
  return bitpix > 0 ? `${bitpix}` : `Float${-bitpix}`
}

function isShift(bitpix: Bitpix, { bscale, bzero }: PixelScale): boolean {
  return (bitpix === 8 || bitpix === 16) && bscale === 1 && Number.isInteger(bzero) && Math.abs(bzero) <= MAX_SHIFT
}

function bytesOf({ buffer, byteOffset, byteLength }: Samples): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
