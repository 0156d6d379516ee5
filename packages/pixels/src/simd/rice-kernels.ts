import type { RiceKernels } from '../kernels.js'
import { blankOf, type PixelScale, type Samples } from '../pixel-scale.js'
import { type Noise, planQuantization } from '../plan-quantization.js'
import { type Quantization, type Quantizing, zeroMarkOf } from '../quantization.js'
import { RANDOM_COUNT } from '../random-sequence.js'
import { isRiceLength } from '../reference/decode-rice.js'
import { riceKernels as reference } from '../reference/rice-kernels.js'
import { maxRiceBytes, type RiceCoding } from '../rice-coding.js'
import type { Machine } from './machine.js'

/** What a kernel may touch behind a tile's bytes, its reversed bytes, and its integers. */
const BEHIND = 64

/** A function that makes physical values of integers in the memory: of a count that is a multiple of 4. */
type Convert = (from: number, to: number, count: number) => void

/** Rice-coded tiles by 64-bit windows, and their floats by vectors. A tile that the memory has no room for is left to the reference. */
export function riceKernels(machine: Machine): RiceKernels {
  const { kernels } = machine

  /** Decodes to an address; `spare` is as long as a tile's bytes, twice, with what may be touched behind them. */
  function decode(bytes: Uint8Array, { bytepix, blocksize }: RiceCoding, to: number, count: number, spare: number) {
    const address = machine.addressOf(bytes)
    const from = address ?? spare
    if (address === undefined) machine.copyIn(bytes, from)
    const bits = spare + roomFor(bytes.length)
    return kernels[`decodeRice${bytepix * 8}`]!(from, bytes.length, to, count, Math.min(blocksize, count), bits) !== 0
  }

  function decodeRice(bytes: Uint8Array, coding: RiceCoding, into: Int32Array): boolean {
    if (!isRiceLength(bytes.length, into.length, coding)) return false
    const direct = machine.addressOf(into)
    const room = direct === undefined ? roomFor(into.byteLength) : 0
    const isWhole = machine.borrow(room + 2 * roomFor(bytes.length), (spare) => {
      const whole = decode(bytes, coding, direct ?? spare, into.length, spare + room)
      if (whole && direct === undefined) machine.copyOut(spare, into)
      return whole
    })
    return isWhole ?? reference.decodeRice(bytes, coding, into)
  }

  /** Decodes a tile and converts it; undefined where the memory has no room. */
  function decodeTo(bytes: Uint8Array, coding: RiceCoding, into: Samples, convert: Convert): boolean | undefined {
    if (!isRiceLength(bytes.length, into.length, coding)) return false
    const integers = roomFor(4 * into.length)
    const direct = into.length % 4 === 0 ? machine.addressOf(into) : undefined
    const room = integers + (direct === undefined ? roomFor(into.byteLength) : 0)
    return machine.borrow(room + 2 * roomFor(bytes.length), (spare) => {
      if (!decode(bytes, coding, spare, into.length, spare + room)) return false
      const to = direct ?? spare + integers
      convert(spare, to, roundUp(into.length))
      if (direct === undefined) machine.copyOut(to, into)
      return true
    })
  }

  function dequantizer(quantization: Quantization, into: Samples): Convert {
    const { dithering, scale, zero, seed } = quantization
    const blank = int32Of(quantization.blank)
    const name = into.BYTES_PER_ELEMENT * 8
    const hasBlank = blank !== undefined
    if (dithering === 'NO_DITHER') {
      const plain = kernels[`dequantizePlain${name}`]!
      return (from, to, count) => plain(from, to, count, scale, zero, hasBlank, blank ?? 0)
    }
    const zeroMark = zeroMarkOf(dithering)
    const dithered = kernels[`dequantizeDithered${name}`]!
    const marks = [hasBlank, blank ?? 0, zeroMark !== undefined, zeroMark ?? 0] as const
    return (from, to, count) => dithered(from, to, count, scale, zero, ...marks, seed % RANDOM_COUNT, machine.randoms)
  }

  function scaler(scale: PixelScale, into: Samples): Convert {
    const { bscale, bzero } = scale
    const blank = Number(blankOf(scale, 32) ?? Number.NaN)
    const kernel = kernels[`scaleIntegers${into.BYTES_PER_ELEMENT * 8}`]!
    return (from, to, count) => kernel(from, to, count, bscale, bzero, blank)
  }

  /** Six doubles that a kernel leaves behind the work of `measureNoise`. */
  function noiseAt(address: number): Noise {
    const [valid, least, greatest, second, third, fifth] = new Float64Array(machine.bytes.buffer, address, 6)
    return { valid: valid!, least: least!, greatest: greatest!, second: second!, third: third!, fifth: fifth! }
  }

  function quantize(values: Float32Array, quantizing: Quantizing, into: Int32Array): Quantization | undefined {
    const room = roomFor(values.byteLength)
    const found = machine.borrow(BEHIND + 6 * room, (spare) => {
      const from = spare + BEHIND
      const to = from + room
      machine.copyIn(values, from)
      kernels.measureNoise!(from, values.length, spare, to)
      const plan = planQuantization(noiseAt(spare), values.length, quantizing)
      if (plan === undefined) return { plan }
      quantizeTo(plan, from, to, values.length)
      machine.copyOut(to, into)
      return { plan }
    })
    return found === undefined ? reference.quantize(values, quantizing, into) : found.plan
  }

  function quantizeTo({ dithering, scale, zero, seed }: Quantization, from: number, to: number, count: number): void {
    if (dithering === 'NO_DITHER') kernels.quantizePlain!(from, to, count, scale, zero)
    else {
      const hasZero = zeroMarkOf(dithering) !== undefined
      kernels.quantizeDithered!(from, to, count, scale, zero, hasZero, seed % RANDOM_COUNT, machine.randoms)
    }
  }

  function encodeRice(values: Int32Array, coding: RiceCoding, into: Uint8Array): number {
    const { bytepix, blocksize } = coding
    const size = Math.min(blocksize, values.length)
    const output = roomFor(maxRiceBytes(values.length, coding))
    const direct = machine.addressOf(values)
    const length = machine.borrow(output + roomFor(4 * size) + roomFor(values.byteLength), (spare) => {
      const codes = spare + output
      const from = direct ?? codes + roomFor(4 * size)
      if (direct === undefined) machine.copyIn(values, from)
      const bytes = kernels[`encodeRice${bytepix * 8}`]!(from, values.length, spare, size, codes)
      machine.copyOut(spare, into.subarray(0, bytes))
      return bytes
    })
    return length ?? reference.encodeRice(values, coding, into)
  }

  return {
    decodeRice,
    quantize,
    encodeRice,
    decodeRiceFloats: (bytes, coding, quantization, into) =>
      decodeTo(bytes, coding, into, dequantizer(quantization, into)) ??
      reference.decodeRiceFloats(bytes, coding, quantization, into),
    decodeRiceScaled: (bytes, coding, scale, into) =>
      decodeTo(bytes, coding, into, scaler(scale, into)) ?? reference.decodeRiceScaled(bytes, coding, scale, into),
    dequantize(stored, quantization, into) {
      const convert = dequantizer(quantization, into)
      const isDone = machine.borrow(roomFor(stored.byteLength) + roomFor(into.byteLength), (spare) => {
        machine.copyIn(stored, spare)
        const to = spare + roomFor(stored.byteLength)
        convert(spare, to, roundUp(stored.length))
        machine.copyOut(to, into)
        return true
      })
      if (!isDone) reference.dequantize(stored, quantization, into)
    },
  }
}

function roomFor(bytes: number): number {
  return Math.ceil(bytes / BEHIND) * BEHIND + BEHIND
}

function roundUp(count: number): number {
  return Math.ceil(count / 4) * 4
}

/** The integer, where it is one of 32 bits; any other equals none. */
function int32Of(value: number | undefined): number | undefined {
  return value !== undefined && (value | 0) === value ? value : undefined
}
