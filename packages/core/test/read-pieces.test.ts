import { expect, test } from 'vitest'
import { type ByteSource, bytesSource, readPieces } from '../src/index.js'
import { rejection } from './lab.js'

const bytes = new Uint8Array(2.5 * 2 ** 20).map((_, index) => index % 251)

function watched(size = bytes.length) {
  const inner = bytesSource(bytes)
  let closed = 0
  const source: ByteSource = { ...inner, size, close: async () => void closed++ }
  return { source, closed: () => closed }
}

test('gives all bytes in pieces, and closes the source', async () => {
  const { source, closed } = watched()
  const pieces: Uint8Array[] = []
  for await (const piece of readPieces(source)) pieces.push(piece)
  expect(pieces.map(({ length }) => length)).toEqual([2 ** 20, 2 ** 20, 2 ** 19])
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
  expect(closed()).toBe(1)
})

test('closes the source when the reader leaves', async () => {
  const { source, closed } = watched()
  for await (const _ of readPieces(source)) break
  expect(closed()).toBe(1)
})

test('a source that ends before its size is an error, not a shorter body', async () => {
  const { source, closed } = watched(3 * 2 ** 20)
  const error = await rejection(
    (async () => {
      for await (const _ of readPieces(source));
    })(),
  )
  expect(error.code).toBe('DATALAB_SOURCE_SHORT')
  expect(closed()).toBe(1)
})
