import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Stretch } from '../src/index.js'
import { all, expectSame, floats, noise, reference, simd } from './support.js'

const CURVES = ['linear', 'sqrt', 'log', 'asinh'] as const
const TYPES = [Float32Array, Float64Array] as const
const limit = fc.oneof(fc.double({ min: -100, max: 100, noNaN: true }), fc.constantFrom(0, 1))

test.each(TYPES)('rows the other way round, against the reference', (Type) => {
  const widths = [1, 7, 8, 129, 3000, 30_000]
  for (const [i, width] of widths.entries()) {
    const values = Type.from(noise(width * 37, i + 1, 10))
    const [found, wanted] = [new Uint8Array(values.length), new Uint8Array(values.length)]
    const stretch = { low: -20, high: 25, curve: CURVES[i % CURVES.length]! }
    simd.stretchTurned(values, width, stretch, found)
    reference.stretchTurned(values, width, stretch, wanted)
    expectSame(found, wanted)
    reference.stretch(values, stretch, found)
    expectSame(wanted.subarray(0, width), found.subarray(36 * width))
  }
  expect(() => simd.stretchTurned(new Type(6), 4, { low: 0, high: 1 }, new Uint8Array(6))).toThrow(TypeError)
})

test.each(CURVES)('%s: any floats, against the reference', (curve) => {
  fc.assert(
    fc.property(
      fc.array(floats, { maxLength: 50 }),
      limit,
      limit,
      fc.constantFrom(...TYPES),
      (list, low, high, Type) => {
        const values = Type.from(list)
        for (const Levels of [Uint8Array, Uint16Array]) {
          const [found, wanted] = [new Levels(list.length), new Levels(list.length)]
          simd.stretch(values, { low, high, curve }, found)
          reference.stretch(values, { low, high, curve }, wanted)
          expectSame(found, wanted)
        }
      },
    ),
    { seed: 13, numRuns: 500 },
  )
})

test.each(all)('$implementation: levels are those of the functions, to within rounding', (kernels) => {
  const values = Float64Array.from({ length: 5001 }, (_, i) => i / 5000)
  const functions = {
    linear: (x: number) => x,
    sqrt: Math.sqrt,
    log: (x: number) => Math.log(1000 * x + 1) / Math.log(1001),
    asinh: (x: number) => Math.asinh(10 * x) / Math.asinh(10),
  }
  for (const curve of CURVES) {
    const levels = new Uint16Array(values.length)
    kernels.stretch(values, { low: 0, high: 1, curve }, levels)
    const off = levels.map((level, i) => Math.abs(level - Math.round(65_535 * functions[curve](values[i]!))))
    expect(Math.max(...off)).toBeLessThanOrEqual(1)
    expect(off.filter((one) => one > 0).length).toBeLessThan(5)
    expect([levels[0], levels.at(-1)]).toEqual([0, 65_535])
  }
})

test.each(all)('$implementation: NaN is black, one value mid-grey', (kernels) => {
  const values = Float32Array.of(Number.NaN, 5, 1e30, -1e30)
  const levels = new Uint8Array(4)
  const shown = (stretch: Stretch) => {
    kernels.stretch(values, stretch, levels)
    return [...levels]
  }
  expect(shown({ low: 0, high: 10 })).toEqual([0, 128, 255, 0])
  expect(shown({ low: 5, high: 5, curve: 'log' })).toEqual([0, 128, 128, 128])
  const { MAX_VALUE } = Number
  expect(shown({ low: -MAX_VALUE, high: MAX_VALUE })).toEqual([0, 128, 128, 128])
})

test('smaller pictures, against the reference', () => {
  const side = fc.integer({ min: 1, max: 200 })
  fc.assert(
    fc.property(side, side, fc.nat(), fc.nat(), fc.nat(1000), (width, height, w, h, seed) => {
      const pixels = Uint8Array.from(noise(width * height, seed), (value) => value + 128)
      const size = { width: 1 + (w % width), height: 1 + (h % height) }
      const [found, wanted] = [new Uint8Array(size.width * size.height), new Uint8Array(size.width * size.height)]
      simd.shrink(pixels, { width, height }, found, size)
      reference.shrink(pixels, { width, height }, wanted, size)
      expectSame(found, wanted)
    }),
    { seed: 14, numRuns: 200 },
  )
})

test.each(all)('$implementation: a picture made smaller by its definition', (kernels) => {
  const into = new Uint8Array(2)
  kernels.shrink(Uint8Array.of(1, 2, 10, 20, 30, 255, 3, 4, 30, 40, 60, 255), { width: 6, height: 2 }, into, {
    width: 2,
    height: 1,
  })
  expect([...into]).toEqual([8, 110])
  expect(() => kernels.shrink(into, { width: 2, height: 1 }, new Uint8Array(3), { width: 3, height: 1 })).toThrow(
    TypeError,
  )
  expect(() => kernels.shrink(into, { width: 2, height: 2 }, into, { width: 2, height: 1 })).toThrow(TypeError)
})

test('light: any floats, against the reference', () => {
  fc.assert(
    fc.property(
      fc.array(floats, { maxLength: 50 }),
      limit,
      limit,
      fc.constantFrom(...TYPES),
      (list, low, high, Type) => {
        const values = Type.from(list)
        const [found, wanted] = [0, 1].map(() => Float32Array.from(list, (_, i) => i / 7)) as [
          Float32Array,
          Float32Array,
        ]
        simd.addLight(values, { low, high }, 0.3, found)
        reference.addLight(values, { low, high }, 0.3, wanted)
        expectSame(found, wanted)
      },
    ),
    { seed: 15, numRuns: 500 },
  )
})

test.each(all)('$implementation: light adds up', (kernels) => {
  const into = Float32Array.of(1, 1, 1, 1)
  kernels.addLight(Float64Array.of(0, 5, 20, Number.NaN), { low: 0, high: 10 }, 0.5, into)
  expect([...into]).toEqual([1, 1.25, 1.5, 1])
})
