import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRice } from '../src/encode-rice.js'
import { decodeRice } from '../src/rice.js'

const ranges = { 1: [0, 255], 2: [-32768, 32767], 4: [-(2 ** 31), 2 ** 31 - 1] } as const

test.each([1, 2, 4] as const)('what is encoded is decoded, %i bytes a pixel', (bytepix) => {
  const [min, max] = ranges[bytepix]
  const extremes = fc.constantFrom(min, max, min + 1, max - 1)
  const list = fc.oneof(
    fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 300 }),
    fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 300 }),
    fc.array(fc.oneof(extremes, fc.constant(7)), { minLength: 1, maxLength: 300 }),
  )
  fc.assert(
    fc.property(list, fc.constantFrom(1, 5, 16, 32, 100), (values, blocksize) => {
      const options = { bytepix, blocksize }
      const integers = Int32Array.from(values)
      const decoded = new Int32Array(integers.length)
      decodeRice(encodeRice(integers, options), decoded, options)
      expect(decoded).toEqual(integers)
    }),
    { seed: 11, numRuns: 500 },
  )
})

test('every split of every width comes back', () => {
  for (const bytepix of [1, 2, 4] as const) {
    const [min, max] = ranges[bytepix]
    for (let bits = 0; bits <= bytepix * 8; bits++) {
      const step = Math.min(2 ** bits - 1, max - min)
      const integers = Int32Array.from({ length: 70 }, (_, i) => min + (i % 2) * step)
      const options = { bytepix, blocksize: 32 }
      const decoded = new Int32Array(integers.length)
      decodeRice(encodeRice(integers, options), decoded, options)
      expect(decoded).toEqual(integers)
    }
  }
})

test('pixels of one value take next to nothing', () => {
  expect(encodeRice(new Int32Array(4096).fill(1000), { bytepix: 4, blocksize: 32 }).length).toBe(4 + (128 * 5) / 8)
})
