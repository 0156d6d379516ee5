import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BodyParts } from '../src/body-parts.js'
import { MOST_OBJECT_BYTES, MOST_PARTS, partSize } from '../src/part-size.js'
import { pattern } from './helpers.js'

const MIB = 2 ** 20

async function cut(first: number, pieces: Iterable<Uint8Array> | Uint8Array, isReleased: boolean) {
  const memory = new BodyParts(first)
  const parts: { number: number; isLast: boolean; bytes: Uint8Array }[] = []
  for await (const part of memory.of(pieces, new AbortController().signal)) {
    parts.push({ ...part, bytes: Uint8Array.from(part.bytes) })
    if (isReleased) memory.release(part)
  }
  return parts
}

describe('the parts of a body', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 8 })
  const firsts = fc.integer({ min: 65_536, max: 200_000 })

  test('are its bytes, cut where parts end', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, firsts, fc.boolean(), async (lengths, first, isReleased) => {
        const body = pattern(lengths.reduce((sum, length) => sum + length, 0))
        const buffer = new Uint8Array(300_000)
        function* pieces() {
          let start = 0
          for (const length of lengths) {
            buffer.set(body.subarray(start, start + length))
            yield buffer.subarray(0, length)
            start += length
          }
        }
        for (const given of [pieces(), body]) {
          const parts = await cut(first, given, isReleased)
          expect(Buffer.compare(Buffer.concat(parts.map(({ bytes }) => bytes)), body)).toBe(0)
          expect(parts).toHaveLength(Math.max(1, Math.ceil(body.length / first)))
          expect(parts.map(({ number }) => number)).toEqual(parts.map((_, i) => i + 1))
          expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, i) => i === parts.length - 1))
          for (const part of parts.slice(0, -1)) expect(part.bytes.length).toBe(first)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('of a body in memory are no copies, and are never written to', async () => {
    const body = pattern(300_000)
    const memory = new BodyParts(65_536)
    for await (const part of memory.of(body, new AbortController().signal)) {
      expect(part.bytes.buffer).toBe(body.buffer)
      memory.release(part)
    }
    expect(Buffer.compare(body, pattern(300_000))).toBe(0)
  })
})

describe('the size of a part', () => {
  test.each([5 * MIB, 8 * MIB, 1024 * MIB])('beginning with %i, has room for 5 TiB in all', (first) => {
    let sum = 0
    for (let number = 1; number <= MOST_PARTS; number++) sum += partSize(number, first)
    expect(sum).toBeGreaterThan(MOST_OBJECT_BYTES)
  })

  test('stays for gigabytes, never falls, and never is more than S3 and Node take', () => {
    expect(partSize(900, 5 * MIB)).toBe(5 * MIB)
    expect(partSize(901, 5 * MIB)).toBe(10 * MIB)
    for (let number = 2; number <= MOST_PARTS; number++)
      expect(partSize(number, 5 * MIB)).toBeGreaterThanOrEqual(partSize(number - 1, 5 * MIB))
    expect(partSize(MOST_PARTS, 1024 * MIB)).toBeLessThan(4 * 1024 * MIB)
  })
})
