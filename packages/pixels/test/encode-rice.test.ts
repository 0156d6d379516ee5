import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodingArrays, encodingBytes } from '../src/encode/encoded-band.js'
import {
  type Dithering,
  loadKernels,
  maxRiceBytes,
  QUANTIZED_NAN,
  QUANTIZED_ZERO,
  type Quantizing,
  referenceKernels,
} from '../src/index.js'
import { all, expectSame, floats, noise, reference, simd } from './support.js'

const BYTES = [1, 2, 4] as const
const RANGES = { 1: [0, 255], 2: [-32768, 32767], 4: [-(2 ** 31), 2 ** 31 - 1] } as const
const DITHERINGS: readonly Dithering[] = ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2']

test('codes floats of one memory in which medians were taken before', () => {
  const [kernels, plain] = [loadKernels(), referenceKernels()]
  const values = Float32Array.from(noise(255, 1))
  const quantizing: Quantizing = { level: 4, dithering: 'NO_DITHER', seed: 1 }
  const integers = () => new Int32Array(values.length)
  for (const Type of [Float32Array, Float64Array, Int16Array]) {
    const planes = Array.from({ length: 64 }, (_, frame) => Type.from(noise(values.length, frame)))
    kernels.median(planes, new Float32Array(values.length))
    const [found, wanted] = [integers(), integers()]
    expect(kernels.quantize(values, quantizing, found)).toEqual(plain.quantize(values, quantizing, wanted))
    expectSame(found, wanted)
  }
})

test.each(BYTES)('codes integers as the reference does, and back, %i bytes a pixel', (bytepix) => {
  const [min, max] = RANGES[bytepix]
  const integer = fc.oneof(fc.integer({ min, max }), fc.integer({ min: 0, max: 20 }), fc.constantFrom(7, min, max))
  const tiles = fc.array(integer, { minLength: 1, maxLength: 150 })
  fc.assert(
    fc.property(tiles, fc.constantFrom(1, 5, 16, 32, 100), (list, blocksize) => {
      const values = Int32Array.from(list)
      const coding = { bytepix, blocksize }
      const [found, wanted] = all.map((kernels) => {
        const into = new Uint8Array(maxRiceBytes(values.length, coding))
        return into.subarray(0, kernels.encodeRice(values, coding, into))
      })
      expectSame(found!, wanted!)
      const back = new Int32Array(values.length)
      expect(simd.decodeRice(found!, coding, back)).toBe(true)
      expectSame(back, values)
    }),
    { seed: 9, numRuns: 800 },
  )
})

test('no tile needs more room than is asked for', () => {
  for (const bytepix of BYTES) {
    const [min, max] = RANGES[bytepix]
    const coding = { bytepix, blocksize: 32 }
    for (const values of [
      Int32Array.from({ length: 320 }, (_, i) => (i % 2 === 0 ? min : max)),
      Int32Array.from({ length: 320 }, (_, i) => (i % 32 === 5 ? max : min)),
      Int32Array.from({ length: 320 }, (_, i) => min + (i % 2) * 2 ** (bytepix * 6)),
    ]) {
      const into = new Uint8Array(maxRiceBytes(values.length, coding))
      expect(reference.encodeRice(values, coding, into)).toBeLessThanOrEqual(into.length)
    }
  }
})

test('known bytes', () => {
  const coding = { bytepix: 4, blocksize: 32 } as const
  for (const kernels of all) {
    const into = new Uint8Array(100)
    expect([...into.subarray(0, kernels.encodeRice(Int32Array.of(5, 5, 5), coding, into))]).toEqual([0, 0, 0, 5, 0])
  }
})

const levels = fc.constantFrom(0, 4, 16, 1, -0.5, -3)
const quantizings = fc.record({ level: levels, dithering: fc.constantFrom(...DITHERINGS), seed: fc.nat(20_000) })

function expectSameQuantized(values: Float32Array, quantizing: Quantizing): void {
  const [found, wanted] = [new Int32Array(values.length), new Int32Array(values.length)]
  const plan = reference.quantize(values, quantizing, wanted)
  expect(simd.quantize(values, quantizing, found)).toEqual(plan)
  if (plan !== undefined) expectSame(found, wanted)
}

test('quantises any floats as the reference does', () => {
  const pixel = fc.oneof(floats, fc.constant(Number.NaN), fc.constantFrom(5, 5, 5, 0))
  const tame = fc.oneof(fc.float({ min: -1000, max: 1000, noNaN: true }), fc.constantFrom(5, 5, 0, -0, Number.NaN))
  const ordinary = fc.float({ min: -1000, max: 1000, noNaN: true })
  for (const one of [pixel, tame, ordinary]) {
    fc.assert(
      fc.property(fc.array(one, { maxLength: 60 }), quantizings, (list, quantizing) => {
        expectSameQuantized(Float32Array.from(list), quantizing)
      }),
      { seed: 10, numRuns: 1000 },
    )
  }
})

test('rows of noise, one after the other, whatever the noise was before', () => {
  for (let row = 0; row < 40; row++) {
    const scale = [1, 1, 1.02, 30, 0.001][row % 5]!
    const values = Float32Array.from(noise(2049, row + 1, row % 7 === 3 ? 20 : 0), (value) => value * scale + 1000)
    if (row % 6 === 2) values.fill(1000, 100, 900)
    expectSameQuantized(values, { level: 4, dithering: DITHERINGS[row % 3]!, seed: row })
  }
})

test('rows whose differences are spread in any way: over all powers of ten, in a few heaps, the same again and again', () => {
  const spreads: readonly ((value: number) => number)[] = [
    (value) => value * 10 ** (Math.abs(value) % 30),
    (value) => Math.round(value),
    (value) => 1000 * Math.round(value / 10) + value / 1e4,
    (value) => Math.sign(value) * (1 + Math.abs(value) / 1e6),
    (value) => (Math.abs(value) < 30 ? 0 : value),
  ]
  for (let row = 0; row < 60; row++) {
    const spread = spreads[row % spreads.length]!
    const values = Float32Array.from(noise(200 + 40 * row, row + 1), spread)
    expectSameQuantized(values, { level: 4, dithering: DITHERINGS[row % 3]!, seed: row })
  }
})

test.each(DITHERINGS)('%s: floats come back to within half a step', (dithering) => {
  const values = Float32Array.from(noise(15_000, 3, 100))
  values[17] = 0
  for (const kernels of all) {
    const integers = new Int32Array(values.length)
    const plan = kernels.quantize(values, { level: 4, dithering, seed: 9_998 }, integers)!
    const back = new Float64Array(values.length)
    kernels.dequantize(integers, plan, back)
    const off = back.map((value, i) => Math.abs(value - values[i]!))
    expect(off.filter((value) => !(value <= plan.scale * 0.5001))).toEqual(off.filter((value) => Number.isNaN(value)))
    expectSame(back.map(Number.isNaN as never), values.map(Number.isNaN as never))
    expect(integers[17] === QUANTIZED_ZERO).toBe(dithering === 'SUBTRACTIVE_DITHER_2')
    expect(integers.includes(QUANTIZED_NAN)).toBe(true)
  }
})

test.each(all)('$implementation: what cannot be quantised', (kernels) => {
  const plan = (values: readonly number[], level = 4) =>
    kernels.quantize(
      Float32Array.from(values),
      { level, dithering: 'NO_DITHER', seed: 0 },
      new Int32Array(values.length),
    )
  expect(plan(new Array(100).fill(7))).toBeUndefined()
  expect(plan([1, 2, 3, 4, 5, 6, 7, 8])).toBeUndefined()
  expect(plan([1, 2], -0.5)).toMatchObject({ scale: 0.5, zero: 1 })
  expect(plan([1], -0.5)).toBeUndefined()
  expect(plan([...noise(50, 1), Number.POSITIVE_INFINITY])).toBeUndefined()
})

test.each(all)('$implementation: refuses too little room', (kernels) => {
  const coding = { bytepix: 4, blocksize: 32 } as const
  expect(() => kernels.encodeRice(new Int32Array(10), coding, new Uint8Array(10))).toThrow(/room for 10 bytes/)
})

/** Rows of all kinds, some after others of quite another noise. */
function rowsOf(width: number, rows: number, seed: number): Float32Array {
  const values = Float32Array.from(noise(width * rows, seed), (value) => 1000 + 20 * value)
  for (let row = 0; row < rows; row++) {
    const one = values.subarray(row * width, (row + 1) * width)
    if (row % 5 === 1) for (const [i, value] of one.entries()) one[i] = Math.round(value / 400) * 400
    if (row % 7 === 2) one.fill(Number.NaN, 3, Math.ceil(width / 2))
    if (row % 11 === 3) one.fill(row)
    if (row % 13 === 4) one[width >> 1] = Number.POSITIVE_INFINITY
    if (row % 6 === 5) for (const [i, value] of one.entries()) one[i] = value * 1e-3 * (row + 1)
    if (row % 17 === 6) for (let i = 0; i < width; i += 9) one[i] = 1e9 * (i + 1)
  }
  return values
}

test.each([
  [1, 20, 0],
  [7, 30, 9_990],
  [100, 60, 5],
  [701, 40, 77],
  [4099, 8, 9_999],
])('rows of %i pixels, many in a call, as tiles one by one', (width, rows, seed) => {
  const values = rowsOf(width, rows, width)
  for (const dithering of DITHERINGS)
    for (const level of [4, 0, 16, -0.5]) {
      const found = all.map((kernels) => {
        const band = encodingArrays(new ArrayBuffer(encodingBytes(rows, width)), rows, width).band
        kernels.encodeRiceRows(values, { width, level, dithering, seed }, band)
        return {
          ...band,
          bytes: band.bytes.slice(
            0,
            band.lengths.reduce((sum, length) => sum + length, 0),
          ),
        }
      })
      for (const part of ['lengths', 'scales', 'zeros', 'bytes'] as const) expectSame(found[0]![part], found[1]![part])
    }
})

test('rows are whole, and there is room for them', () => {
  const band = encodingArrays(new ArrayBuffer(encodingBytes(2, 10)), 2, 10).band
  const coding = { width: 10, level: 4, dithering: 'NO_DITHER', seed: 0 } as const
  for (const kernels of all) {
    expect(() => kernels.encodeRiceRows(new Float32Array(15), coding, band)).toThrow('The number of rows is 1.5')
    expect(() => kernels.encodeRiceRows(new Float32Array(30), coding, band)).toThrow('room for 2 rows in 80 bytes')
    expect(() => kernels.encodeRiceRows(new Float32Array(20), { ...coding, level: Number.NaN }, band)).toThrow('NaN')
  }
})
