import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { SpillBuffer } from '../src/spill-buffer.js'

const MEBIBYTE = 2 ** 20

/** Bytes that tell where they are. */
function someBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 9)) % 251)
}

async function drained(spill: SpillBuffer): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of spill.drain()) pieces.push(piece)
  return pieces
}

test.each([
  ['all in memory', 4 * MEBIBYTE],
  ['partly in a file', MEBIBYTE],
  ['all in a file', 0],
])('%s: what is appended is read anywhere, and drained as it was', async (_, memoryBytes) => {
  const bytes = someBytes(3 * MEBIBYTE + 12_345)
  const spill = new SpillBuffer({ memoryBytes, folder: tmpdir })
  for (let at = 0; at < bytes.length; at += 700_001) await spill.append(bytes.subarray(at, at + 700_001))
  const some = new Uint8Array(1_500_000)
  await spill.read(900_000, some)
  expect(Buffer.compare(some, bytes.subarray(900_000, 2_400_000))).toBe(0)
  const pieces = await drained(spill)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(MEBIBYTE)
  expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0)
  await expect(spill.append(bytes)).rejects.toThrow('the file is closed')
})

test('an empty one has no pieces', async () => {
  expect(await drained(new SpillBuffer({ memoryBytes: 0, folder: tmpdir }))).toEqual([])
})
