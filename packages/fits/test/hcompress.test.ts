import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeHcompress } from '../src/hcompress.js'
import { encodeHcompress } from './encode-hcompress.js'

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 }

function image(value: fc.Arbitrary<number>): fc.Arbitrary<{ rows: number; columns: number; values: number[] }> {
  return fc
    .record({ rows: fc.integer({ min: 1, max: 21 }), columns: fc.integer({ min: 2, max: 21 }) })
    .chain(({ rows, columns }) => {
      const length = rows * columns
      const values = fc.array(value, { minLength: length, maxLength: length })
      return values.map((list) => ({ rows, columns, values: list }))
    })
}

const pixel = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -30, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: -32_768, max: 32_767 }) },
)

test.each([
  ['small', pixel],
  ['flat', fc.constantFrom(7, 7, 7, 7, 7, 7, 7, 7, 8)],
  ['of any 32 bits', fc.integer(INT32)],
])('decodes what was encoded: integers that are %s', (_, value) => {
  fc.assert(
    fc.property(image(value), fc.boolean(), ({ rows, columns, values }, isDirect) => {
      const decoded = new Int32Array(values.length)
      decodeHcompress(encodeHcompress(values, { rows, columns, isDirect }), false, decoded)
      expect([...decoded]).toEqual(values)
    }),
    { seed: 11, numRuns: 300 },
  )
})

test('a lossy compression is off by little, smoothed or not', () => {
  fc.assert(
    fc.property(
      image(fc.integer({ min: 1000, max: 1100 })),
      fc.integer({ min: 2, max: 20 }),
      fc.boolean(),
      ({ rows, columns, values }, scale, isSmooth) => {
        const decoded = new Int32Array(values.length)
        decodeHcompress(encodeHcompress(values, { rows, columns, scale }), isSmooth, decoded)
        const worst = Math.max(...values.map((value, i) => Math.abs(value - decoded[i]!)))
        expect(worst).toBeLessThanOrEqual(4 * scale)
      },
    ),
    { seed: 12, numRuns: 200 },
  )
})

test('one value everywhere takes a few bytes, however large the image is', () => {
  const header = encodeHcompress([1, 1, 1, 1], { rows: 2, columns: 2 })
  const view = new DataView(header.buffer)
  view.setInt32(2, 1000)
  view.setInt32(6, 300)
  view.setBigInt64(14, -5n * 2n ** 11n)
  const decoded = new Int32Array(300_000)
  decodeHcompress(header, false, decoded)
  expect(decoded.every((value) => value === -5)).toBe(true)
})

const VALUES = Array.from({ length: 90 }, (_, i) => (i * i * 37) % 1000)
const BYTES = encodeHcompress(VALUES, { rows: 9, columns: 10 })

function codeOf(bytes: Uint8Array, length = 90): unknown {
  try {
    decodeHcompress(bytes, false, new Int32Array(length))
    return 'decoded'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

/** The bytes with some of them replaced. */
function altered(at: number, ...bytes: number[]): Uint8Array {
  const copy = BYTES.slice()
  copy.set(bytes, at)
  return copy
}

test('refuses bytes that are cut', () => {
  for (let length = 0; length < BYTES.length - 1; length++) {
    expect(codeOf(BYTES.subarray(0, length))).toMatch(/FITS_(TRUNCATED|INVALID)/)
  }
})

test.each([
  ['another mark', altered(0, 0)],
  ['another size', altered(2, 0, 0, 0, 10, 0, 0, 0, 9, 0), 91],
  ['a huge size', altered(2, 0x40, 0, 0, 0, 0x40, 0, 0, 0)],
  ['a negative size', altered(2, 0xff, 0xff, 0xff, 0xf7, 0xff, 0xff, 0xff, 0xf6)],
  ['a huge sum', altered(14, 0x7f)],
  ['255 bit planes', altered(22, 255, 255, 255)],
  ['a plane of unknown form', altered(25, 0x70)],
])('refuses %s', (_, bytes, length = 90) => {
  expect(codeOf(bytes, length)).toBe('FITS_INVALID')
})

test('whatever the bytes, decoding ends with integers or a typed error', () => {
  const change = fc.record({ at: fc.nat(BYTES.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const bytes = BYTES.slice()
      for (const { at, byte } of changes) bytes[at] = byte
      expect(codeOf(bytes)).toMatch(/^(decoded|FITS_TRUNCATED|FITS_INVALID)$/)
    }),
    { seed: 13, numRuns: 1000 },
  )
})
