import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bitpix, NO_SCALE, type PixelScale } from '../src/index.js'
import { all, expectSame, floats, reference, simd } from './support.js'

const BITPIX: readonly Bitpix[] = [8, 16, 32, 64, -32, -64]

const scales: readonly PixelScale[] = [
  NO_SCALE,
  { bscale: 1, bzero: 32_768, blank: undefined },
  { bscale: 1, bzero: 2 ** 31, blank: undefined },
  { bscale: 1, bzero: 2 ** 63, blank: undefined },
  { bscale: 1, bzero: 0, blank: 0 },
  { bscale: 1, bzero: -128, blank: 255 },
  { bscale: 0.1, bzero: 7.3, blank: -32_768 },
  { bscale: -3, bzero: 0, blank: 2n ** 62n },
]

const someScale = fc.constantFrom(...scales)
const somePixels = fc.array(fc.oneof(fc.constantFrom(0, 255, 128, 1, 127), fc.nat(255)), { maxLength: 100 })

test.each(BITPIX)('decodes stored pixels of BITPIX %i as the reference does', (bitpix) => {
  const size = Math.abs(bitpix) / 8
  fc.assert(
    fc.property(somePixels, someScale, fc.boolean(), (list, scale, isDouble) => {
      const length = Math.floor(list.length / size)
      const bytes = Uint8Array.from(list).subarray(list.length - length * size)
      const [found, wanted] = isDouble
        ? [new Float64Array(length), new Float64Array(length)]
        : [new Float32Array(length), new Float32Array(length)]
      simd.decodePixels(bytes, bitpix, scale, found)
      reference.decodePixels(bytes, bitpix, scale, wanted)
      expectSame(found, wanted)
    }),
    { seed: 1, numRuns: 500 },
  )
})

test.each(BITPIX)('encodes values to BITPIX %i as the reference does', (bitpix) => {
  const values = fc.array(fc.oneof(floats, fc.double(), fc.constantFrom(0.5, 1.5, -2.5, 2 ** 63, 254.5, 255.5)), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(values, someScale, fc.boolean(), (list, scale, isDouble) => {
      const data = isDouble ? Float64Array.from(list) : Float32Array.from(list)
      const found = new Uint8Array((list.length * Math.abs(bitpix)) / 8)
      const wanted = found.slice()
      simd.encodePixels(data, bitpix, scale, found)
      reference.encodePixels(data, bitpix, scale, wanted)
      if (bitpix > 0) expectSame(found, wanted)
      else expectSame(floatsOf(found, bitpix), floatsOf(wanted, bitpix))
    }),
    { seed: 2, numRuns: 500 },
  )
})

/** The floats of stored bytes, in which a NaN is a NaN whatever its bits are. */
function floatsOf(bytes: Uint8Array, bitpix: Bitpix): Float64Array {
  const values = new Float64Array((bytes.length * 8) / Math.abs(bitpix))
  reference.decodePixels(bytes, bitpix, NO_SCALE, values)
  return values
}

test.each(all)('$implementation: known pixels', (kernels) => {
  const values = new Float64Array(2)
  kernels.decodePixels(Uint8Array.of(0x7f, 0xff, 0x80, 0), 16, { ...NO_SCALE, bzero: 32_768 }, values)
  expect([...values]).toEqual([65_535, 0])
  const most = Uint8Array.of(0x7f, 255, 255, 255, 255, 255, 255, 255, 0x80, 0, 0, 0, 0, 0, 0, 1)
  kernels.decodePixels(most, 64, { ...NO_SCALE, bzero: 2 ** 63 }, values)
  expect([...values]).toEqual([2 ** 64, 1])
  const words = new Uint8Array(6)
  kernels.encodePixels(Float32Array.of(2.5, Number.NaN, 1e9), 16, { ...NO_SCALE, blank: -1 }, words)
  expect([...words]).toEqual([0, 2, 255, 255, 127, 255])
})

test.each(all)('$implementation: what is decoded and encoded again is the same bytes', (kernels) => {
  for (const bitpix of [8, 16, 32, -64] as const) {
    const bytes = Uint8Array.from({ length: 8 * 5003 }, (_, i) => (i * 37 + (i >> 3)) % 120)
    const values = new Float64Array((bytes.length * 8) / Math.abs(bitpix))
    kernels.decodePixels(bytes, bitpix, NO_SCALE, values)
    const back = new Uint8Array(bytes.length)
    kernels.encodePixels(values, bitpix, NO_SCALE, back)
    expectSame(back, bytes)
  }
})

test.each(all)('$implementation: a scale that changes nothing keeps -0, and what a NaN says', (kernels) => {
  const bytes = Uint8Array.of(0x80, 0, 0, 0, 0x7f, 0xc1, 2, 3, 0xff, 0x81, 0, 1, 0, 0, 0, 1)
  const values = new Float32Array(4)
  kernels.decodePixels(bytes, -32, NO_SCALE, values)
  const back = new Uint8Array(16)
  kernels.encodePixels(values, -32, NO_SCALE, back)
  expect(back).toEqual(bytes)
  const doubles = new Float64Array(1)
  kernels.decodePixels(bytes.subarray(0, 4), -32, NO_SCALE, doubles)
  expectSame(doubles, [-0])
})

test.each(all)('$implementation: swaps in place, in its arena and elsewhere', (kernels) => {
  for (const size of [2, 4, 8] as const) {
    const bytes = Uint8Array.from({ length: size * 12_347 }, (_, i) => i * 7 + (i >> 8))
    const wanted = bytes.slice()
    for (let i = 0; i < wanted.length; i += size) wanted.subarray(i, i + size).reverse()
    const mark = kernels.arena.mark()
    const inside = kernels.arena.allocate('uint8', size * 1001)
    inside.set(bytes.subarray(0, inside.length))
    kernels.swapBytes(inside, size, inside)
    expectSame(inside, wanted.subarray(0, inside.length))
    kernels.arena.release(mark)
    kernels.swapBytes(bytes, size, bytes)
    expectSame(bytes, wanted)
  }
})

test.each(all)('$implementation: a part of an array in the arena is written, and nothing beside it', (kernels) => {
  const mark = kernels.arena.mark()
  const row = kernels.arena.allocate('float32', 100).fill(-1)
  kernels.decodePixels(new Uint8Array(37).fill(9), 8, NO_SCALE, row.subarray(20, 57))
  expectSame(
    row,
    Array.from({ length: 100 }, (_, i) => (i >= 20 && i < 57 ? 9 : -1)),
  )
  kernels.arena.release(mark)
})

test.each(all)('$implementation: refuses arrays that do not fit', (kernels) => {
  expect(() => kernels.decodePixels(new Uint8Array(7), 16, NO_SCALE, new Float32Array(4))).toThrow(TypeError)
  expect(() => kernels.encodePixels(new Float32Array(4), 16, NO_SCALE, new Uint8Array(7))).toThrow(TypeError)
  expect(() => kernels.swapBytes(new Uint8Array(6), 4, new Uint8Array(6))).toThrow(TypeError)
})
