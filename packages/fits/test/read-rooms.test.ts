import { expect, test } from 'vitest'
import { giveRoom, takeRoom } from '../src/read-rooms.js'

test('memory that is given back is what the next reading gets that it is enough for', () => {
  const first = takeRoom(100_000)
  const second = takeRoom(100_000)
  expect(first.length).toBeGreaterThanOrEqual(100_000)
  expect(second).not.toBe(first)
  giveRoom(first)
  expect(takeRoom(1)).toBe(first)
  giveRoom(second)
  const larger = takeRoom(500_000)
  expect(larger.length).toBeGreaterThanOrEqual(500_000)
  expect(takeRoom(100_000)).toBe(second)
})

test('two rooms are kept, and none that is large', () => {
  const rooms = [1, 2, 3].map(() => takeRoom(200_000))
  for (const room of rooms) giveRoom(room)
  const large = takeRoom(2 ** 20 + 1)
  giveRoom(large)
  expect([takeRoom(200_000), takeRoom(200_000)]).toEqual([rooms[1], rooms[2]])
  expect(takeRoom(1)).not.toBe(rooms[0])
  expect(takeRoom(2 ** 20 + 1)).not.toBe(large)
})
