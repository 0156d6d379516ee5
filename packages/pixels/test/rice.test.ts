import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Dithering, NO_SCALE, type Quantization, type RiceCoding } from '../src/index.js'
import { randomSequence } from '../src/random-sequence.js'
import { encodeRice } from './plain-rice.js'
import { all, expectSame, reference, simd } from './support.js'

const RANGES = { 1: [0, 255], 2: [-32768, 32767], 4: [-(2 ** 31), 2 ** 31 - 1] } as const
const BYTES = [1, 2, 4] as const
const NAN = -2_147_483_647
const blocksizes = fc.constantFrom(1, 5, 16, 32, 100)

test.each(BYTES)('decodes what was encoded, %i bytes a pixel', (bytepix) => {
  const [min, max] = RANGES[bytepix]
  const integer = fc.oneof(fc.integer({ min, max }), fc.integer({ min: 0, max: 20 }), fc.constant(7))
  fc.assert(
    fc.property(fc.array(integer, { minLength: 1, maxLength: 200 }), blocksizes, (list, blocksize) => {
      const values = Int32Array.from(list)
      const coding: RiceCoding = { bytepix, blocksize }
      for (const kernels of all) {
        const decoded = new Int32Array(values.length)
        expect(kernels.decodeRice(encodeRice(values, coding), coding, decoded)).toBe(true)
        expectSame(decoded, values)
      }
    }),
    { seed: 3, numRuns: 400 },
  )
})

test.each(BYTES)('says so where the bytes are cut, %i bytes a pixel', (bytepix) => {
  const coding = { bytepix, blocksize: 32 }
  const values = Int32Array.from({ length: 100 }, (_, i) => (i * i * 37) % 120)
  const bytes = encodeRice(values, coding)
  for (const kernels of all)
    for (let length = 0; length < bytes.length - 1; length++)
      expect(kernels.decodeRice(bytes.subarray(0, length), coding, new Int32Array(100))).toBe(false)
})

test('whatever the bytes, both decode the same or find them too short', () => {
  const byte = fc.oneof(fc.nat(255), fc.constant(0), fc.constant(0))
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 100 }),
      fc.constantFrom(...BYTES),
      fc.integer({ min: 1, max: 40 }),
      (list, bytepix, blocksize) => {
        const coding = { bytepix, blocksize }
        const bytes = Uint8Array.from(list)
        const [found, wanted] = [new Int32Array(50), new Int32Array(50)]
        const isWhole = reference.decodeRice(bytes, coding, wanted)
        expect(simd.decodeRice(bytes, coding, found)).toBe(isWhole)
        if (isWhole) expectSame(found, wanted)
      },
    ),
    { seed: 4, numRuns: 5000 },
  )
})

test('a run of many zeros before a one', () => {
  const coding = { bytepix: 4, blocksize: 32 } as const
  for (const peak of [60, 1000, 100_000]) {
    const values = Int32Array.from({ length: 32 }, (_, i) => (i === 20 ? peak : 0))
    const decoded = new Int32Array(32)
    expect(simd.decodeRice(encodeRice(values, coding), coding, decoded)).toBe(true)
    expectSame(decoded, values)
  }
})

test('a tile that the memory has no room for is decoded all the same', () => {
  const coding = { bytepix: 2, blocksize: 32 } as const
  const values = Int32Array.from({ length: 200_000 }, (_, i) => (i * i) % 1000)
  const bytes = encodeRice(values, coding)
  const decoded = new Int32Array(values.length)
  expect(simd.decodeRice(bytes, coding, decoded)).toBe(true)
  expectSame(decoded, values)
  const floats = new Float32Array(values.length)
  expect(simd.decodeRiceScaled(bytes, coding, { ...NO_SCALE, bzero: 0.5 }, floats)).toBe(true)
  expect(floats[77]).toBe(values[77]! + 0.5)
})

const quantized = fc.array(
  fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.integer(), fc.constantFrom(NAN, -2_147_483_646, -2_147_483_648)),
  { minLength: 1, maxLength: 60 },
)
const ditherings: readonly Dithering[] = ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2']

test.each(ditherings)('%s: floats of integers as the reference makes them', (dithering) => {
  fc.assert(
    fc.property(
      quantized,
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: -1e5, max: 1e5, noNaN: true }),
      fc.nat(1_000_000),
      fc.constantFrom(NAN, undefined, 0),
      (list, scale, zero, seed, blank) => {
        const quantization: Quantization = { dithering, scale, zero, blank, seed }
        const stored = Int32Array.from(list)
        for (const make of [() => new Float32Array(list.length), () => new Float64Array(list.length)]) {
          const [found, wanted] = [make(), make()]
          simd.dequantize(stored, quantization, found)
          reference.dequantize(stored, quantization, wanted)
          expectSame(found, wanted)
        }
      },
    ),
    { seed: 5, numRuns: 400 },
  )
})

test.each(ditherings)('%s: a tile longer than the random sequence', (dithering) => {
  const coding = { bytepix: 4, blocksize: 32 } as const
  const values = Int32Array.from({ length: 25_001 }, (_, i) => (i % 1000 === 3 ? NAN : (i * 7919) % 513))
  const bytes = encodeRice(values, coding)
  const quantization: Quantization = { dithering, scale: 0.37, zero: 12.5, blank: NAN, seed: 9_999 }
  const [found, wanted] = [new Float32Array(values.length), new Float32Array(values.length)]
  expect(simd.decodeRiceFloats(bytes, coding, quantization, found)).toBe(true)
  expect(reference.decodeRiceFloats(bytes, coding, quantization, wanted)).toBe(true)
  expectSame(found, wanted)
  expect(wanted[3]).toBeNaN()
})

test('every random number has so few bits that it can be added to small integers in any order', () => {
  for (const random of randomSequence()) expect(Number.isInteger(random * 2 ** 40)).toBe(true)
})

test.each(ditherings)(
  '%s: small integers, among which others are, with each that may stand for something else',
  (dithering) => {
    const stored = Int32Array.from({ length: 40_000 }, (_, i) => (i % 97 === 5 ? (i * 7919) | 0 : (i % 8200) - 4100))
    for (const at of [3, 300, 301, 20_000]) stored[at] = NAN
    for (const at of [7, 400, 20_001]) stored[at] = NAN + 1
    for (const blank of [NAN, undefined, 0, 4095, 4096, -4096, -4097]) {
      const quantization: Quantization = { dithering, scale: 0.1, zero: -3.3, blank, seed: 77 }
      const [found, wanted] = [new Float32Array(stored.length), new Float32Array(stored.length)]
      simd.dequantize(stored, quantization, found)
      reference.dequantize(stored, quantization, wanted)
      expectSame(found, wanted)
    }
  },
)

test('integers of a tile with a scale, into the arena and elsewhere', () => {
  const coding = { bytepix: 2, blocksize: 32 } as const
  const values = Int32Array.from({ length: 1024 }, (_, i) => ((i * 7919) % 65_536) - 32_768)
  const bytes = encodeRice(values, coding)
  for (const scale of [
    { bscale: 1, bzero: 32_768, blank: undefined },
    { bscale: 1, bzero: -0, blank: values[5]! },
    { bscale: 1, bzero: 2 ** 23, blank: 70_000 },
    { bscale: 1, bzero: 2 ** 23 + 1, blank: undefined },
    { bscale: 1, bzero: 0.5, blank: undefined },
    { bscale: -1, bzero: 0, blank: undefined },
    { bscale: 0.3, bzero: -1.7, blank: values[5]! },
  ]) {
    const wanted = Float32Array.from(values, (value) =>
      value === scale.blank ? Number.NaN : value * scale.bscale + scale.bzero,
    )
    for (const kernels of all) {
      const mark = kernels.arena.mark()
      for (const into of [new Float32Array(1024), kernels.arena.allocate('float32', 1024)]) {
        expect(kernels.decodeRiceScaled(bytes, coding, scale, into)).toBe(true)
        expectSame(into, wanted)
      }
      kernels.arena.release(mark)
    }
  }
})

test.each(all)('$implementation: refuses what is no coding', (kernels) => {
  const into = new Int32Array(4)
  expect(() => kernels.decodeRice(new Uint8Array(9), { bytepix: 3 as 4, blocksize: 32 }, into)).toThrow(TypeError)
  expect(() => kernels.decodeRice(new Uint8Array(9), { bytepix: 4, blocksize: 0 }, into)).toThrow(TypeError)
  const quantization: Quantization = {
    dithering: 'SUBTRACTIVE_DITHER_1',
    scale: 1,
    zero: 0,
    blank: undefined,
    seed: -1,
  }
  expect(() => kernels.dequantize(into, quantization, new Float32Array(4))).toThrow(TypeError)
})
