import fc from 'fast-check'
import { expect, test } from 'vitest'
import { all, expectSame, floats, noise, reference, simd } from './support.js'

const TYPES = [Float32Array, Float64Array] as const
const images = fc.array(floats, { maxLength: 80 })

test.each(TYPES)('$name: any floats, against the reference', (Type) => {
  fc.assert(
    fc.property(images, fc.nat(90), fc.integer({ min: 1, max: 60 }), (list, rank, most) => {
      const values = Type.from(list)
      expect(simd.countFinite(values)).toBe(reference.countFinite(values))
      expectSame(simd.sampleFinite(values, most), reference.sampleFinite(values, most))
      expectSame([simd.orderStatistic(values, rank)], [reference.orderStatistic(values, rank)])
      const [found, wanted] = [new Uint32Array(most).fill(3), new Uint32Array(most).fill(3)]
      simd.histogram(values, -1.7, 400, found)
      reference.histogram(values, -1.7, 400, wanted)
      expectSame(found, wanted)
    }),
    { seed: 12, numRuns: 600 },
  )
})

test.each(TYPES)('$name: many values', (Type) => {
  const values = Type.from(noise(100_003, 5, 50))
  const finite = values.filter((value) => !Number.isNaN(value)).sort()
  for (const kernels of all) {
    expect(kernels.countFinite(values)).toBe(finite.length)
    for (const rank of [0, 1000, finite.length - 1]) expect(kernels.orderStatistic(values, rank)).toBe(finite[rank])
    expect(kernels.orderStatistic(values, finite.length)).toBeNaN()
    expect(kernels.sampleFinite(values, 1000)).toHaveLength(1000)
  }
})

test.each(all)('$implementation: a histogram by its definition', (kernels) => {
  const counts = new Uint32Array(4)
  kernels.histogram(Float32Array.of(0, 0.9, 1, 4, 4.1, -0.1, 3.9, Number.NaN), 0, 4, counts)
  kernels.histogram(Float32Array.of(2), 0, 4, counts)
  expect([...counts]).toEqual([2, 1, 1, 2])
  expect(() => kernels.histogram(Float32Array.of(2), 4, 4, counts)).toThrow(TypeError)
  expect(() => kernels.orderStatistic(Float32Array.of(2), -1)).toThrow(TypeError)
  expect(() => kernels.sampleFinite(Float32Array.of(2), 0)).toThrow(TypeError)
})

test('more bins than the table has room for', () => {
  const values = Float32Array.from(noise(5000, 6))
  const [found, wanted] = [new Uint32Array(20_000), new Uint32Array(20_000)]
  simd.histogram(values, -60, 60, found)
  reference.histogram(values, -60, 60, wanted)
  expectSame(found, wanted)
})
