import { expect, test } from 'vitest'
import { Arena } from '../src/index.js'

const arena = () => new Arena(new ArrayBuffer(64 * 1024))

test('arrays begin at whole cache lines and do not overlap', () => {
  const memory = arena()
  const a = memory.allocate('float32', 3)
  const b = memory.allocate('int16', 5)
  expect(a.byteOffset % 64).toBe(0)
  expect(b.byteOffset).toBe(a.byteOffset + 64)
  expect(b).toHaveLength(5)
})

test('planes are an odd number of cache lines apart, with a line to spare', () => {
  for (const length of [1, 16, 1024, 1000]) {
    const planes = arena().allocatePlanes('float32', 3, length)
    const strides = [1, 2].map((i) => planes[i]!.byteOffset - planes[i - 1]!.byteOffset)
    expect(strides[0]).toBe(strides[1])
    expect((strides[0]! / 64) % 2).toBe(1)
    expect(strides[0]).toBeGreaterThanOrEqual(4 * length + 64)
  }
})

test('gives again what was released', () => {
  const memory = arena()
  const first = memory.allocate('uint8', 100)
  const mark = memory.mark()
  const second = memory.allocate('uint8', 100)
  memory.release(mark)
  expect(memory.allocate('float64', 1).byteOffset).toBe(second.byteOffset)
  memory.release()
  expect(memory.allocate('uint32', 1).byteOffset).toBe(first.byteOffset)
})

test('says how much is left where it is too little', () => {
  const memory = arena()
  expect(() => memory.allocate('float64', 10_000)).toThrow(RangeError)
  memory.allocate('uint8', memory.free)
  expect(() => memory.allocate('uint8', 1)).toThrow(/0 bytes left of 65536/)
})
