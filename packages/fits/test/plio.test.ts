import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePlio } from '../src/plio.js'

/** A plain PLIO encoder: each run of equal values by itself. */
function encodePlio(values: readonly number[], isOldForm = false): Uint8Array {
  const words: number[] = isOldForm ? [0, 7, 0] : [0, 7, -100, 0, 0, 0, 0]
  let high = 1
  for (let at = 0; at < values.length; ) {
    const value = values[at]!
    let end = at
    while (end < values.length && values[end] === value) end++
    if (value !== 0 && value !== high) {
      if (Math.abs(value - high) < 4096) words.push(value > high ? 0x2000 + value - high : 0x3000 + high - value)
      else words.push(0x1000 + (value % 4096), Math.floor(value / 4096))
      high = value
    }
    for (let left = end - at; left > 0; left -= 4095) words.push((value === 0 ? 0 : 0x4000) + Math.min(4095, left))
    at = end
  }
  if (isOldForm) words[2] = words.length
  else words.splice(3, 2, words.length % 32_768, Math.floor(words.length / 32_768))
  const bytes = new DataView(new ArrayBuffer(words.length * 2))
  for (const [i, word] of words.entries()) bytes.setInt16(2 * i, word)
  return new Uint8Array(bytes.buffer)
}

function decoded(bytes: Uint8Array, length: number): number[] {
  const into = new Int32Array(length).fill(-1)
  decodePlio(bytes, into)
  return [...into]
}

test('decodes what was encoded', () => {
  const value = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 24 - 1 }))
  const run = fc.tuple(value, fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9000 })))
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 12 }), fc.boolean(), (runs, isOldForm) => {
      const values = runs.flatMap(([number, length]) => new Array<number>(length).fill(number))
      expect(decoded(encodePlio(values, isOldForm), values.length)).toEqual(values)
    }),
    { seed: 21, numRuns: 40 },
  )
})

test('knows runs that end with a pixel, and changes that are one', () => {
  const words = [0, 7, -100, 12, 0, 0, 0, 0x2004, 0x5003, 0x6001, 0x7002, 0x4002]
  const bytes = Uint8Array.from(words.flatMap((word) => [(word >> 8) & 255, word & 255]))
  expect(decoded(bytes, 9)).toEqual([0, 0, 5, 6, 4, 4, 4, 0, 0])
})

test('stops where the pixels end', () => {
  expect(decoded(encodePlio([5, 5, 5, 5, 0, 0]), 3)).toEqual([5, 5, 5])
})

test.each([
  ['nothing', [], 'FITS_TRUNCATED'],
  ['zeros', new Array<number>(40).fill(0), 'FITS_INVALID'],
  ['a list that is longer than its bytes', [0, 0, 0, 7, 255, 156, 0, 200, 0, 0, 0, 0, 0, 0], 'FITS_TRUNCATED'],
  ['an instruction there is none of', [0, 0, 0, 7, 255, 156, 0, 8, 0, 0, 0, 0, 0, 0, 0xf0, 1], 'FITS_INVALID'],
  ['half an instruction', [0, 0, 0, 7, 255, 156, 0, 8, 0, 0, 0, 0, 0, 0, 0x10, 1], 'FITS_TRUNCATED'],
])('refuses %s', (_, bytes, code) => {
  expect(() => decoded(Uint8Array.from(bytes), 10)).toThrow(expect.objectContaining({ code }))
})

test('whatever the bytes, decoding ends with integers or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, hasStart) => {
      if (hasStart && bytes.length >= 14) bytes.set([0, 0, 0, 7, 255, 156, 0, Math.floor(bytes.length / 2), 0, 0])
      try {
        decoded(bytes, 500)
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/FITS_(INVALID|TRUNCATED)/)
      }
    }),
    { seed: 22, numRuns: 1000 },
  )
})
