import { Progress } from '@datalab/core'
import { expect, test } from 'vitest'
import { loadFrame } from '../src/images.js'
import type { Frame } from '../src/index.js'
import { memoryOf } from './run-memory.js'

const [width, height] = [2000, 1500]

/** A frame whose values are their own places, and which cannot be read from a row on. */
function frameOf(sampleType: 'float32' | 'float64', broken = height): Frame {
  const readRows: Frame['readRows'] = async (from, to, into) => {
    if (to > broken) throw new Error('damaged')
    for (let i = 0; i < (to - from) * width; i++) into![i] = from * width + i
    return into!
  }
  return { width, height, sampleType, readRows } as Frame
}

const progress = () => new Progress(() => {}, new AbortController().signal)

test.each([
  ['float32', Float32Array],
  ['float64', Float64Array],
] as const)('all values of %s, in memory that is taken until it is given back', async (sampleType, Type) => {
  const bytes = width * height * Type.BYTES_PER_ELEMENT
  const { memory, taken } = memoryOf(bytes + 7)
  const own = progress()
  const loaded = await loadFrame(frameOf(sampleType), { memory, progress: own })
  const places = new Type(width * height).map((_, i) => i)
  expect(loaded?.data).toEqual(places)
  expect([taken(), own.fraction]).toEqual([bytes, 1])
  expect(await loadFrame(frameOf(sampleType), { memory, progress: progress() })).toBeUndefined()
  loaded?.release()
  expect(taken()).toBe(0)
})

test('what cannot be read leaves nothing taken', async () => {
  const { memory, taken } = memoryOf(2 ** 30)
  const loading = loadFrame(frameOf('float64', height - 1), { memory, progress: progress() })
  await expect(loading).rejects.toThrow('damaged')
  expect(taken()).toBe(0)
})
