import { expect, test } from 'vitest'
import type { PixelRequest } from '../src/image-hdu.js'
import { sectionPixels } from '../src/section.js'
import { SharedRoom } from '../src/shared-room.js'
import { tileGrid } from '../src/tile-grid.js'
import { TileStrips } from '../src/tile-strips.js'

const [WIDTH, HEIGHT, PLANES] = [6, 11, 2]

/** An image whose pixels are numbered, in tiles of so many rows, and how often a row was decoded. */
function stripsOf(room: SharedRoom, axes = [WIDTH, HEIGHT, PLANES]) {
  const decodings = new Map<number, number>()
  const decode = async ({ section, into }: PixelRequest) => {
    const first = section.start[1]! + (section.start[2] ?? 0) * HEIGHT
    for (let row = first; row < first + section.size[1]!; row++) decodings.set(row, (decodings.get(row) ?? 0) + 1)
    for (let i = 0; i < into.length; i++) into[i] = first * WIDTH + i
  }
  const strips = new TileStrips({ grid: tileGrid(axes, [3, 4]), room, decode })
  const read = async (from: number, to: number, plane = 0) => {
    const section = { start: [0, from, plane], size: [WIDTH, to - from, 1] }
    const into = new Float32Array(sectionPixels(section))
    const isRead = await strips.read({ section, into, scale: undefined, signal: undefined })
    const at = (from + plane * HEIGHT) * WIDTH
    expect([...into]).toEqual(Array.from(into, (_, i) => at + i))
    return isRead
  }
  return { strips, decodings, read }
}

test.each([0, 4 * WIDTH * 4])(
  'rows that follow one another are decoded once, with %i bytes of memory',
  async (bytes) => {
    for (const step of [1, 3, 5, 7, 11]) {
      const { strips, decodings, read } = stripsOf(new SharedRoom(bytes))
      for (const plane of [0, 1]) {
        for (let row = 0; row < HEIGHT; row += step)
          expect(await read(row, Math.min(row + step, HEIGHT), plane)).toBe(true)
      }
      expect(new Set(decodings.values())).toEqual(new Set([1]))
      expect(decodings.size).toBe(HEIGHT * PLANES)
      await strips.close()
    }
  },
)

test('readings at a time come one after the other', async () => {
  const { strips, read } = stripsOf(new SharedRoom(0))
  await Promise.all([read(0, 2), read(5, 7), read(2, 3), read(3, 9), read(6, 7, 1), read(0, 11)])
  await strips.close()
})

test('what a strip takes of the memory is given back when all its rows are read, or it is closed', async () => {
  const stripBytes = 4 * WIDTH * Float32Array.BYTES_PER_ELEMENT
  const room = new SharedRoom(stripBytes)
  const { strips, read } = stripsOf(room)
  const isFree = () => {
    const isTaken = room.take(stripBytes)
    if (isTaken) room.release(stripBytes)
    return isTaken
  }
  await read(0, 2)
  expect(isFree()).toBe(false)
  await read(2, 4)
  expect(isFree()).toBe(true)
  await read(4, 5)
  expect(isFree()).toBe(false)
  await strips.close()
  expect(isFree()).toBe(true)
})
