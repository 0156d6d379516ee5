import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { SharedRoom, SpillBuffer } from '../src/spill-buffer.js'

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

test('several share the memory that there is, and the rest of each goes to a file', async () => {
  const bytes = someBytes(3 * MEBIBYTE + 12_345)
  const room = new SharedRoom(5 * MEBIBYTE)
  const filled = async (memoryBytes: number) => {
    const spill = new SpillBuffer({ memoryBytes, folder: tmpdir, room })
    for (let at = 0; at < bytes.length; at += 700_001) await spill.append(bytes.subarray(at, at + 700_001))
    return spill
  }
  // They keep 2, 3, and nothing.
  const spills = [await filled(2 * MEBIBYTE), await filled(8 * MEBIBYTE), await filled(8 * MEBIBYTE)]
  expect(room.take(1)).toBe(false)
  const some = new Uint8Array(2_200_000)
  for (const spill of spills) {
    await spill.read(900_000, some)
    expect(Buffer.compare(some, bytes.subarray(900_000, 3_100_000))).toBe(0)
  }
  await spills[0]!.close()
  expect(room.take(2 * MEBIBYTE)).toBe(true)
  room.release(2 * MEBIBYTE)
  for (const spill of spills.slice(1)) expect(Buffer.compare(Buffer.concat(await drained(spill)), bytes)).toBe(0)
  expect(room.take(5 * MEBIBYTE)).toBe(true)
})

test('an empty one has no pieces', async () => {
  expect(await drained(new SpillBuffer({ memoryBytes: 0, folder: tmpdir }))).toEqual([])
})
