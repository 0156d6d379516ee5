import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeSamples } from '../src/encode-samples.js'
import { decodeGzip } from '../src/gzip-tile.js'

/** All first bytes of the numbers, then all second ones, and so on. */
function shuffled(bytes: Uint8Array, size: number): Uint8Array {
  const length = bytes.length / size
  return bytes.map((_, i) => bytes[(i % length) * size + Math.floor(i / length)]!)
}

const ARRAYS = [
  fc.uint8Array({ minLength: 1, maxLength: 50 }),
  fc.int16Array({ minLength: 1, maxLength: 50 }),
  fc.int32Array({ minLength: 1, maxLength: 50 }),
  fc.bigInt64Array({ minLength: 1, maxLength: 50 }),
]

test.each([false, true])('decodes what was encoded, shuffled: %s', (isShuffled) => {
  fc.assert(
    fc.property(fc.oneof(...ARRAYS), fc.constantFrom(1, 2, 4, 8), (values, pixelBytes) => {
      const bytes = encodeSamples(values)
      const stream = gzipSync(isShuffled ? shuffled(bytes, values.BYTES_PER_ELEMENT) : bytes)
      const decoded = decodeGzip(new Uint8Array(stream), values.length, { pixelBytes, isShuffled })
      expect(decoded).toEqual(values)
    }),
    { seed: 31, numRuns: 200 },
  )
})

const OPTIONS = { pixelBytes: 2, isShuffled: false }

test.each([
  ['no gzip', Uint8Array.of(1, 2, 3), 10],
  ['a stream that is cut', new Uint8Array(gzipSync(new Uint8Array(20)).subarray(0, 14)), 10],
  ['more than there are pixels', new Uint8Array(gzipSync(new Uint8Array(1_000_000))), 10],
  ['a number of bytes that is no multiple', new Uint8Array(gzipSync(new Uint8Array(30))), 10],
  ['fewer bytes than pixels', new Uint8Array(gzipSync(new Uint8Array(5))), 10],
])('refuses %s', (_, bytes, length) => {
  expect(() => decodeGzip(bytes, length, OPTIONS)).toThrow(expect.objectContaining({ code: 'FITS_INVALID' }))
})
