import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Operation } from '../src/index.js'
import { all, expectSame, floats, reference, simd } from './support.js'

const OPERATIONS: readonly Operation[] = ['add', 'subtract', 'multiply', 'divide']
const numbers = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, 0.1, Number.NaN, 2 ** -149, 1e300), floats)

test.each(OPERATIONS)('%s: any floats, against the reference', (operation) => {
  const types = [Float32Array, Float64Array] as const
  const some = fc.constantFrom(...types)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(floats, floats), { maxLength: 50 }),
      numbers,
      some,
      some,
      some,
      (pairs, number, A, B, C) => {
        const a = A.from(pairs.map(([value]) => value))
        const b = B.from(pairs.map(([, value]) => value))
        for (const [first, second] of [
          [a, b],
          [a, number],
          [number, b],
          [number, number],
        ] as const) {
          const [found, wanted] = [new C(pairs.length), new C(pairs.length)]
          simd.calculate(operation, first, second, found)
          reference.calculate(operation, first, second, wanted)
          expectSame(found, wanted)
        }
      },
    ),
    { seed: 11, numRuns: 400 },
  )
})

test.each(all)('$implementation: in place, over many pieces, in the arena and elsewhere', (kernels) => {
  const image = Float32Array.from({ length: 300_001 }, (_, i) => i)
  kernels.calculate('subtract', image, 0.5, image)
  expectSame(
    image,
    image.map((_, i) => i - 0.5),
  )
  kernels.calculate('add', image, image, image)
  expectSame(
    image,
    image.map((_, i) => 2 * i - 1),
  )
  const mark = kernels.arena.mark()
  const inside = kernels.arena.allocate('float32', 103).fill(3)
  kernels.calculate('multiply', inside.subarray(0, 99), 2, inside.subarray(0, 99))
  expect([...inside.subarray(97)]).toEqual([6, 6, 3, 3, 3, 3])
  kernels.arena.release(mark)
})

test.each(all)('$implementation: a sum is rounded once', (kernels) => {
  const into = new Float32Array(1)
  kernels.calculate('add', Float32Array.of(1), 2 ** -24 + 2 ** -50, into)
  expect(into[0]).toBe(1 + 2 ** -23)
  expect(() => kernels.calculate('add', new Float32Array(2), 1, into)).toThrow(TypeError)
})
