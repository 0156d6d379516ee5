import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brighten } from '../src/brighten.js'

const values = fc.float64Array({ maxLength: 40 })
const integers = fc.int16Array({ maxLength: 40 })
const amount = fc.double({ noNaN: true, noDefaultInfinity: true })

test('adds in float64, and rounds to the type of the result', () => {
  fc.assert(
    fc.property(values, amount, (pixels, by) => {
      const sums = pixels.map((value) => value + by)
      expect(brighten(pixels, by, new Float64Array(pixels.length))).toEqual(sums)
      expect(brighten(pixels, by, new Float32Array(pixels.length))).toEqual(Float32Array.from(sums))
    }),
    { seed: 11 },
  )
})

test('what is added to 16-bit integers can be taken away again', () => {
  fc.assert(
    fc.property(integers, fc.integer({ min: -(2 ** 23), max: 2 ** 23 }), (pixels, by) => {
      const before = Float32Array.from(pixels)
      const brighter = brighten(before, by, new Float32Array(before.length))
      expect(brighten(brighter, -by, brighter)).toEqual(before)
    }),
    { seed: 12 },
  )
})

test('nothing added is nothing changed, missing values included', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 40 }), (pixels) => {
      // A negative zero becomes a positive one, which is equal.
      const same = brighten(pixels, 0, new Float32Array(pixels.length))
      expect([...same].map((value) => value + 0)).toEqual([...pixels].map((value) => value + 0))
    }),
    { seed: 13 },
  )
})
