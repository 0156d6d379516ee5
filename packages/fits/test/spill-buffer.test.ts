import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SharedRoom } from '../src/shared-room.js'
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

/** Files of this process that are open in a folder, their names gone or not. */
function openIn(folder: string): string[] {
  const handles = '/proc/self/fd'
  return readdirSync(handles).flatMap((handle) => {
    try {
      const path = readlinkSync(join(handles, handle))
      return path.startsWith(folder) ? [path] : []
    } catch {
      return []
    }
  })
}

/** A folder that is removed after the test. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spill-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('several that share a file keep their bytes apart, and what one leaves the next takes', async () => {
  const folder = temporaryFolder()
  const room = new SharedRoom(MEBIBYTE, () => folder)
  const contents = [1, 2, 3, 4].map((n) => someBytes(3 * MEBIBYTE + n * 1000).map((byte) => byte + n))
  const spills = contents.map(() => new SpillBuffer({ memoryBytes: 8 * MEBIBYTE, room }))
  const fill = async (n: number, from: number, to: number) => {
    for (let at = from; at < to; at += 300_007)
      await spills[n]!.append(contents[n]!.subarray(at, Math.min(at + 300_007, to)))
  }
  await Promise.all([0, 1, 2].map((n) => fill(n, 0, 2_000_000)))
  await spills[1]!.close()
  await Promise.all([fill(0, 2_000_000, contents[0]!.length), fill(3, 0, contents[3]!.length)])
  for (const n of [0, 3]) expect(Buffer.compare(Buffer.concat(await drained(spills[n]!)), contents[n]!)).toBe(0)
  const some = new Uint8Array(1_500_000)
  await spills[2]!.read(450_000, some)
  expect(Buffer.compare(some, contents[2]!.subarray(450_000, 1_950_000))).toBe(0)
})

test.runIf(existsSync('/proc/self/fd'))(
  'a hundred that share a file have one handle, which the last closes',
  async () => {
    const folder = temporaryFolder()
    const room = new SharedRoom(0, () => folder)
    const spills = Array.from({ length: 100 }, () => new SpillBuffer({ memoryBytes: MEBIBYTE, room }))
    await Promise.all(spills.map((spill) => spill.append(someBytes(1000))))
    expect(openIn(folder)).toHaveLength(1)
    expect(readdirSync(folder)).toEqual([])
    for (const spill of spills) await spill.close()
    expect(openIn(folder)).toEqual([])
    const next = new SpillBuffer({ memoryBytes: MEBIBYTE, room })
    await next.append(someBytes(2000))
    expect(Buffer.concat(await drained(next))).toEqual(Buffer.from(someBytes(2000)))
    expect(openIn(folder)).toEqual([])
  },
)

test('a file that could not be made is made when there is a folder again', async () => {
  const folder = temporaryFolder()
  let isThere = false
  const room = new SharedRoom(0, () => (isThere ? folder : join(folder, 'none')))
  const spill = new SpillBuffer({ memoryBytes: MEBIBYTE, room })
  await expect(spill.append(someBytes(1000))).rejects.toThrow('ENOENT')
  isThere = true
  await spill.append(someBytes(1000))
  expect(Buffer.concat(await drained(spill))).toEqual(Buffer.from(someBytes(1000)))
})

test('an empty one has no pieces', async () => {
  expect(await drained(new SpillBuffer({ memoryBytes: 0, folder: tmpdir }))).toEqual([])
})
