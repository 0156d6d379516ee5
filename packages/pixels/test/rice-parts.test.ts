import { expect, test } from 'vitest'
import { type Dithering, decodeRiceParts, type Quantization, type RiceCoding } from '../src/index.js'
import { encodeRice } from './plain-rice.js'
import { expectSame, reference } from './support.js'

const CODING: RiceCoding = { bytepix: 4, blocksize: 1 }
const NAN = -2_147_483_647
const ZERO = -2_147_483_646

/** Of more than two parts, the last of which is short. */
const VALUES = Int32Array.from({ length: 2 * 2 ** 14 + 77 }, (_, i) =>
  i % 5000 === 3 ? NAN : i % 4000 === 3 ? ZERO : (i * 37) % 101,
)
const BYTES = encodeRice(VALUES, CODING)

function decoded(...[bytes, coding, values, into]: Parameters<typeof decodeRiceParts>) {
  const parts = decodeRiceParts(bytes, coding, values, into)
  for (let breaths = 0; ; breaths++) {
    const { done, value } = parts.next()
    if (done) return { isWhole: value, breaths }
  }
}

test.each<Dithering>(['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2'])(
  'a tile of floats is the same in parts: %s',
  (dithering) => {
    const quantization: Quantization = { dithering, scale: 0.3, zero: 7, blank: NAN, seed: 9999 }
    for (const Type of [Float32Array, Float64Array]) {
      const [found, wanted] = [new Type(VALUES.length), new Type(VALUES.length)]
      expect(decoded(BYTES, CODING, quantization, found)).toEqual({ isWhole: true, breaths: 3 })
      expect(reference.decodeRiceFloats(BYTES, CODING, quantization, wanted)).toBe(true)
      expectSame(found, wanted)
    }
  },
)

test('a tile of integers is the same in parts', () => {
  const scale = { bscale: 0.1, bzero: 32_768, blank: ZERO }
  const [found, wanted] = [new Float32Array(VALUES.length), new Float32Array(VALUES.length)]
  expect(decoded(BYTES, CODING, scale, found)).toEqual({ isWhole: true, breaths: 3 })
  expect(reference.decodeRiceScaled(BYTES, CODING, scale, wanted)).toBe(true)
  expectSame(found, wanted)
})

test('says so where the bytes are cut', () => {
  const into = new Float32Array(VALUES.length)
  for (const length of [0, 100, BYTES.length / 2, BYTES.length - 2]) {
    const cut = BYTES.subarray(0, length)
    expect(decoded(cut, CODING, { bscale: 1, bzero: 0, blank: undefined }, into).isWhole).toBe(false)
  }
})
