import { expect, test } from 'vitest'
import { encodeImage, Header, type Samples } from '../src/index.js'
import { plainPieces } from '../src/plain-pieces.js'

async function* partsOf(data: Samples, length: number): AsyncGenerator<Samples, void> {
  for (let at = 0; at < data.length; at += length) yield data.subarray(at, at + length)
}

async function fileOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Uint8Array[] = []
  for await (const piece of pieces) copies.push(piece.slice())
  return Buffer.concat(copies)
}

test.each([
  ['float32', Float32Array, 700, 500, 300_000],
  ['float32 in small parts', Float32Array, 31, 17, 7],
  ['float64', Float64Array, 700, 500, 91],
] as const)('writes what encodeImage does: %s', async (_, Type, width, height, length) => {
  const data: Samples = new Type(width * height)
  for (let i = 0; i < data.length; i++) data[i] = i % 11 === 3 ? Number.NaN : Math.sin(i)
  const header = new Header().set('OBJECT', 'M 13').addHistory('made')
  const found = await fileOf(plainPieces({ width, height, header, pixels: partsOf(data, length) }))
  expect(found.equals(Buffer.concat([...encodeImage({ data, width, height, header })]))).toBe(true)
})

test('refuses pixels that are more or fewer than the image has', async () => {
  const image = { width: 3, height: 2, header: new Header() }
  await expect(fileOf(plainPieces({ ...image, pixels: partsOf(new Float32Array(7), 4) }))).rejects.toThrow(/more than/)
  await expect(fileOf(plainPieces({ ...image, pixels: partsOf(new Float32Array(5), 4) }))).rejects.toThrow(
    /do not fill/,
  )
})

test('a small file is one piece', async () => {
  const sizes: number[] = []
  const image = { width: 16, height: 16, header: new Header() }
  for await (const piece of plainPieces({ ...image, pixels: partsOf(new Float32Array(256), 64) }))
    sizes.push(piece.length)
  expect(sizes).toEqual([5760])
})

test('has the next part made while the last piece of one is used up, and no other', async () => {
  const asked: number[] = []
  async function* parts(): AsyncGenerator<Samples, void> {
    for (let part = 0; part < 3; part++) {
      asked.push(part)
      yield new Float32Array(300_000)
    }
  }
  const pieces = plainPieces({ width: 300_000, height: 3, header: new Header(), pixels: parts() })
  const seen: number[] = []
  for await (const _ of pieces) {
    await new Promise(setImmediate)
    seen.push(asked.length)
  }
  // With the header, and with two pieces of each part.
  expect(seen).toEqual([1, 1, 2, 2, 3, 3, 3])
})

test('fails as the next part does when it is its turn, and ends the parts when no more are taken', async () => {
  const reason = new Error('the disk is gone')
  let isEnded = false
  async function* parts(): AsyncGenerator<Samples, void> {
    try {
      yield new Float32Array(10_000)
      throw reason
    } finally {
      await new Promise(setImmediate)
      isEnded = true
    }
  }
  const image = { width: 10_000, height: 2, header: new Header() }
  const taken = plainPieces({ ...image, pixels: parts() })
  await taken.next()
  expect((await taken.next()).value).toHaveLength(40_000)
  await new Promise(setImmediate)
  await expect(taken.next()).rejects.toBe(reason)
  isEnded = false
  const left = plainPieces({ ...image, pixels: parts() })
  await left.next()
  await left.next()
  await left.return()
  expect(isEnded).toBe(true)
})
