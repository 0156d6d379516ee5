import { Progress } from '@datalab/core'
import { expect, test } from 'vitest'
import { type CombineFramesOptions, combineFrames } from '../src/images.js'
import { type Frame, Header, type Samples } from '../src/index.js'
import { memoryOf } from './run-memory.js'

/** A frame whose value at each place is told. */
function frameOf(width: number, height: number, valueAt: (x: number, y: number) => number, type = Float32Array) {
  const readRows: Frame['readRows'] = async (from, to, into = new type((to - from) * width)) => {
    for (let i = 0; i < (to - from) * width; i++) into[i] = valueAt(i % width, from + Math.floor(i / width))
    return into
  }
  const sampleType = type === Float32Array ? 'float32' : 'float64'
  const frame = { width, height, label: 'frame', header: new Header(), sampleType, readRows, close: async () => {} }
  return frame as Frame
}

function optionsOf(method: CombineFramesOptions['method'], budget = 2 ** 30) {
  const { memory, ...seen } = memoryOf(budget)
  const { signal } = new AbortController()
  const fractions: number[] = []
  const progress = new Progress((fraction) => fractions.push(fraction), signal)
  return { options: { method, memory, signal, progress }, fractions, ...seen }
}

async function all(parts: AsyncIterable<Samples>): Promise<number[]> {
  const values: number[] = []
  for await (const part of parts) values.push(...part)
  return values
}

test('combines the part that all frames have, from their origin corners', async () => {
  const frames = [frameOf(3, 2, (x, y) => 10 * y + x), frameOf(2, 3, (x, y) => 100 * (10 * y + x))]
  const { options, fractions } = optionsOf('sum')
  expect(await all(combineFrames(frames, options))).toEqual([0, 101, 1010, 1111])
  expect(fractions.at(-1)).toBe(1)
})

test('is of float32 where all frames are, else of float64', async () => {
  const single = frameOf(1, 1, () => 1)
  const double = frameOf(1, 1, () => 2 ** -30, Float64Array as never)
  const mean = (...frames: Frame[]) => combineFrames(frames, optionsOf('mean').options).next()
  expect((await mean(single, single)).value).toEqual(Float32Array.of(1))
  expect((await mean(single, double)).value).toEqual(Float64Array.of(0.5 + 2 ** -31))
})

test('takes no more memory than there is, or than is of use, and gives it back', async () => {
  const frames = [frameOf(10, 10, (x) => x), frameOf(10, 10, (_, y) => y)]
  const small = optionsOf('median')
  await all(combineFrames(frames, small.options))
  expect(small.asked).toEqual([3 * 16 * 100])
  const large = optionsOf('median', 1000)
  const bands = combineFrames(Array(9).fill(frameOf(4096, 4096, () => 1)), large.options)
  expect((await bands.next()).value).toContain(1)
  expect(large.asked).toEqual([64 * 2 ** 20])
  expect(large.taken()).toBe(1000)
  await bands.return()
  expect([small.taken(), large.taken()]).toEqual([0, 0])
})

test('with no memory left it does with a row of all frames, and gives the same', async () => {
  const frames = [5, 1, 9].map((value) => frameOf(50, 20, (x, y) => value * x + y))
  const whole = await all(combineFrames(frames, optionsOf('median').options))
  const { options, fractions } = optionsOf('median', 0)
  expect(await all(combineFrames(frames, options))).toEqual(whole)
  expect(fractions).toHaveLength(20)
})

test('tells frames without values, and gives back the memory whatever is thrown', async () => {
  const empty = { ...frameOf(2, 2, () => Number.NaN), label: 'empty' }
  const { options, taken } = optionsOf('median')
  const onEmptyFrame = ({ label }: Frame) => {
    throw new Error(`${label} holds no values`)
  }
  const frames = [frameOf(2, 2, () => 1), empty]
  await expect(all(combineFrames(frames, { ...options, onEmptyFrame }))).rejects.toThrow('empty holds no values')
  expect(taken()).toBe(0)
})

test('an abortion ends it, and gives back the memory', async () => {
  const { options, taken } = optionsOf('median')
  const controller = new AbortController()
  const bands = combineFrames([frameOf(4096, 4096, () => 1)], { ...options, signal: controller.signal })
  await bands.next()
  controller.abort(new Error('enough'))
  await expect(bands.next()).rejects.toThrow('enough')
  expect(taken()).toBe(0)
})
