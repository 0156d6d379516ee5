import type { RiceCoding } from '@datalab/pixels'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRice } from '../src/rice.js'

const CODES = { 1: [3, 6], 2: [4, 14], 4: [5, 25] } as const

/** A plain Rice encoder: bits as text, the best split of each block found by trying all. */
function encodeRice(values: Int32Array, { bytepix, blocksize }: RiceCoding): Uint8Array {
  const width = bytepix * 8
  const [splitBits, uncoded] = CODES[bytepix]
  const binary = (value: number, bits: number) =>
    bits === 0 ? '' : BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, '0')
  let out = binary(values[0] ?? 0, width)
  let last = values[0] ?? 0
  for (let start = 0; start < values.length; start += blocksize) {
    const codes = [...values.subarray(start, start + blocksize)].map((value) => {
      const difference = Number(BigInt.asIntN(width, BigInt(value) - BigInt(last)))
      last = value
      return difference < 0 ? -2 * difference - 1 : 2 * difference
    })
    const lengthOf = (split: number) => codes.reduce((sum, code) => sum + Math.floor(code / 2 ** split) + 1 + split, 0)
    const splits = Array.from({ length: uncoded }, (_, split) => split)
    const best = splits.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a))
    if (codes.every((code) => code === 0)) out += binary(0, splitBits)
    else if (lengthOf(best) >= width * codes.length)
      out += binary(uncoded + 1, splitBits) + codes.map((code) => binary(code, width)).join('')
    else
      out +=
        binary(best + 1, splitBits) +
        codes.map((code) => `${'0'.repeat(Math.floor(code / 2 ** best))}1${binary(code, best)}`).join('')
  }
  return Uint8Array.from(out.match(/.{1,8}/g) ?? [], (bits) => Number.parseInt(bits.padEnd(8, '0'), 2))
}

const ranges = { 1: [0, 255], 2: [-32768, 32767], 4: [-(2 ** 31), 2 ** 31 - 1] } as const

test.each([1, 2, 4] as const)('decodes what was encoded, %i bytes a pixel', (bytepix) => {
  const [min, max] = ranges[bytepix]
  const integer = fc.oneof(fc.integer({ min, max }), fc.integer({ min: 0, max: 20 }), fc.constant(7))
  fc.assert(
    fc.property(
      fc.array(integer, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(1, 5, 16, 32, 100),
      (list, blocksize) => {
        const values = Int32Array.from(list)
        const options = { bytepix, blocksize }
        const decoded = new Int32Array(values.length)
        decodeRice(encodeRice(values, options), decoded, options)
        expect(decoded).toEqual(values)
      },
    ),
    { seed: 3, numRuns: 400 },
  )
})

test('a run of many zeros before a one', () => {
  const options = { bytepix: 4, blocksize: 32 } as const
  const values = Int32Array.from({ length: 32 }, (_, i) => (i === 20 ? 60 : 0))
  const decoded = new Int32Array(32)
  decodeRice(encodeRice(values, options), decoded, options)
  expect(decoded).toEqual(values)
})

test.each([1, 2, 4] as const)('refuses bytes that are cut, %i bytes a pixel', (bytepix) => {
  const options = { bytepix, blocksize: 32 }
  const values = Int32Array.from({ length: 100 }, (_, i) => (i * i * 37) % 120)
  const bytes = encodeRice(values, options)
  for (let length = 0; length < bytes.length - 1; length++) {
    expect(() => decodeRice(bytes.subarray(0, length), new Int32Array(100), options)).toThrow(
      expect.objectContaining({ code: 'FITS_TRUNCATED' }),
    )
  }
})

test('whatever the bytes, decoding ends with integers or a FITS_TRUNCATED', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom(1, 2, 4),
      fc.integer({ min: 1, max: 40 }),
      (bytes, bytepix, blocksize) => {
        try {
          decodeRice(bytes, new Int32Array(50), { bytepix: bytepix as 1 | 2 | 4, blocksize })
        } catch (error) {
          expect(error).toMatchObject({ code: 'FITS_TRUNCATED' })
        }
      },
    ),
    { seed: 4, numRuns: 1000 },
  )
})
