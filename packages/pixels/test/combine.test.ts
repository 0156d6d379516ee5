import { describe, expect, test } from 'vitest'
import {
  type BandFrame,
  type CombineMethod,
  type CombineOptions,
  combine,
  type Plane,
  type Rows,
} from '../src/index.js'
import { expectSame, noise, reference } from './support.js'

const WIDTH = 150
const HEIGHT = 90

/** A frame in memory that notes the bands it was asked for. */
class MemoryFrame implements BandFrame {
  readonly bands: Rows[] = []

  constructor(readonly data: Plane) {}

  readBand(rows: Rows, into: Plane): void {
    this.bands.push(rows)
    into.set(this.data.subarray(rows.from * WIDTH, rows.to * WIDTH) as Float32Array)
  }
}

const frames = [1, 2, 3, 4, 5].map((seed) => new MemoryFrame(Float32Array.from(noise(WIDTH * HEIGHT, seed, 30))))
const planes = frames.map(({ data }) => data)

/** Options for the frames above, and the result they give. */
function job(options: Partial<CombineOptions> = {}) {
  const result = new Float32Array(WIDTH * HEIGHT).fill(-1)
  const write = ({ from }: Rows, values: Float32Array | Float64Array) => result.set(values, from * WIDTH)
  const all: CombineOptions = { method: 'median', width: WIDTH, height: HEIGHT, write, memoryBytes: 60_000, ...options }
  return { result, options: all }
}

const METHODS: readonly Exclude<CombineMethod, 'calculate'>[] = [
  'median',
  'mean',
  'sum',
  'min',
  'max',
  'deviation',
  'sigma-clip',
]

describe.each([0, 2])('with %i threads', (workers) => {
  test.each(METHODS)('%s, as the kernels have it', async (method) => {
    const clipping = { low: 1.5, high: 1.5 }
    const { result, options } = job({ method, workers, clipping })
    await combine(frames, options)
    const wanted = new Float32Array(result.length)
    if (method === 'median') reference.median(planes, wanted)
    else if (method === 'sigma-clip') reference.clippedMean(planes, wanted, clipping)
    else reference.reduce(method, planes, wanted)
    expectSame(result, wanted)
  })

  test('reads every row of every frame once, in bands that fit the memory', async () => {
    const own = planes.map((plane) => new MemoryFrame(plane))
    await combine(own, job({ workers }).options)
    for (const { bands } of own) {
      expect(bands.length).toBeGreaterThan(3)
      expect(bands.map(({ from }) => from)).toEqual([0, ...bands.slice(0, -1).map(({ to }) => to)])
      expect(bands.at(-1)!.to).toBe(HEIGHT)
    }
    const [{ from, to }] = own[0]!.bands as [Rows]
    expect((to - from) * WIDTH * 4 * 6 * (workers + 1)).toBeLessThanOrEqual(60_000)
  })

  test('reads and writes one band at a time, in the order of the rows as it reads', async () => {
    let underWay = 0
    const starts: number[] = []
    const alone = async () => {
      expect(++underWay).toBe(1)
      await new Promise(setImmediate)
      underWay--
    }
    const slow: BandFrame = {
      async readBand({ from }) {
        starts.push(from)
        await alone()
      },
    }
    let isWriting = false
    const write = async () => {
      expect(isWriting).toBe(false)
      isWriting = true
      await new Promise(setImmediate)
      isWriting = false
    }
    await combine([slow], job({ workers, write, memoryBytes: 10_000 }).options)
    expect(starts.length).toBeGreaterThan(5)
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
  })

  test('tells its progress, and ends with 1', async () => {
    const seen: number[] = []
    await combine(frames, job({ workers, onProgress: (fraction) => seen.push(fraction) }).options)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
  })

  test('begins no band after it was aborted', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    let written = 0
    const write = () => {
      written++
      if (written === 2) abort.abort(reason)
    }
    await expect(combine(frames, job({ workers, write, signal: abort.signal }).options)).rejects.toBe(reason)
    expect(written).toBeLessThanOrEqual(2 + workers)
  })

  test('fails as a frame or the writing does, once nothing is under way', async () => {
    const reason = new Error('the disk is gone')
    const broken: BandFrame = {
      async readBand({ from }) {
        if (from > 20) throw reason
      },
    }
    await expect(combine([...frames, broken], job({ workers }).options)).rejects.toBe(reason)
    const write = () => Promise.reject(reason)
    await expect(combine(frames, job({ workers, write }).options)).rejects.toBe(reason)
    const { result, options } = job({ workers })
    await combine(frames, options)
    expect(result.includes(-1)).toBe(false)
  })
})

test('fails as its threads do, and nothing else does: frames are read meanwhile', async () => {
  const known = globalThis as unknown as Record<symbol, unknown>
  const shared = Symbol.for('@datalab/pixels/worker-pool@2')
  const pool = known[shared]
  const unheard: unknown[] = []
  const listen = (reason: unknown) => unheard.push(reason)
  process.on('unhandledRejection', listen)
  known[shared] = { size: 2, isWorth: () => true, run: () => Promise.reject(new Error('out of memory')) }
  try {
    const slow: BandFrame = { readBand: () => new Promise((resolve) => setTimeout(resolve, 1)) }
    await expect(combine([slow], job({ workers: 2, memoryBytes: 10_000 }).options)).rejects.toThrow('out of memory')
    expect(unheard).toEqual([])
  } finally {
    known[shared] = pool
    process.off('unhandledRejection', listen)
  }
})

test('frames of other types, big-endian, to doubles', async () => {
  const data = planes.map((plane) => Int32Array.from(plane, (value) => value * 1e7))
  const own = data.map((plane) => new MemoryFrame(plane.map(swapped)))
  const result = new Float64Array(WIDTH * HEIGHT)
  const write = ({ from }: Rows, values: Float32Array | Float64Array) => result.set(values, from * WIDTH)
  const types = { type: 'int32', isBigEndian: true, resultType: 'float64' } as const
  await combine(own, { method: 'median', width: WIDTH, height: HEIGHT, ...types, write })
  const wanted = new Float64Array(result.length)
  reference.median(data, wanted)
  expectSame(result, wanted)
})

function swapped(value: number): number {
  return new DataView(Int32Array.of(value).buffer).getInt32(0)
}

test('several at once share the threads of the process', async () => {
  const jobs = [1, 2, 3, 4].map(() => job({ workers: 2 }))
  await Promise.all(jobs.map(({ options }) => combine(frames, options)))
  const wanted = new Float32Array(WIDTH * HEIGHT)
  reference.median(planes, wanted)
  for (const { result } of jobs) expectSame(result, wanted)
})

test('refuses what it cannot do', async () => {
  await expect(combine([], job().options)).rejects.toThrow('no frames')
  await expect(combine(frames, job({ method: 'average' as never }).options)).rejects.toThrow(
    "no method 'average': give one of median, sum, mean",
  )
  await expect(combine(frames, job({ width: 0 }).options)).rejects.toThrow(TypeError)
  await expect(combine(frames, job({ memoryBytes: 3000 }).options)).rejects.toThrow(/limited to 3000/)
})
