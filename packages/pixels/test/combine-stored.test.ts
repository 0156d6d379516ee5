import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFrames } from '../src/combine/open-frames.js'
import { StoredBands } from '../src/combine/stored-bands.js'
import {
  type BandFrame,
  type CombineBandsOptions,
  combineBands,
  maxRiceBytes,
  NO_SCALE,
  type PixelScale,
  type Plane,
  type RiceCoding,
  type RiceRows,
  type Rows,
  type StoredFrame,
} from '../src/index.js'
import { expectSame, noise, reference } from './support.js'

const WIDTH = 150
const HEIGHT = 90
const CODING: RiceCoding = { bytepix: 4, blocksize: 32 }
const ROW_BYTES = 24

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datalab-stored-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A frame in a file, with what its rows are, which are asked of it only where threads cannot read them. */
class FileFrame implements BandFrame {
  readonly asked: Rows[] = []

  constructor(
    readonly stored: StoredFrame,
    readonly values: Float32Array | Float64Array,
  ) {}

  readBand(rows: Rows, into: Plane): void {
    this.asked.push(rows)
    into.set(this.values.subarray(rows.from * WIDTH, rows.to * WIDTH) as Float32Array)
  }
}

function write(name: string, parts: readonly Uint8Array[]): string {
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat(parts))
  return path
}

const START = 160

/** A frame of plain pixels, behind something else. */
function plainFrame(name: string, stored: Int16Array | Float32Array | Float64Array, scale: PixelScale): FileFrame {
  const bytes = new Uint8Array(stored.slice().buffer)
  const size = stored.BYTES_PER_ELEMENT as 2 | 4 | 8
  reference.swapBytes(bytes, size, bytes)
  const bitpix = stored instanceof Int16Array ? 16 : size === 4 ? -32 : -64
  const values = size === 8 ? new Float64Array(stored.length) : new Float32Array(stored.length)
  reference.decodePixels(bytes, bitpix, scale, values)
  const path = write(name, [new Uint8Array(START), bytes])
  return new FileFrame({ path, pixels: { kind: 'plain', offset: START, bitpix, scale } }, values)
}

/** A frame of Rice-coded rows, as fpack makes them: quantised where there is a level. Row `broken` has no bytes. */
function riceFrame(name: string, seed: number, { level, broken = -1 }: { level?: number; broken?: number }): FileFrame {
  const values = Float32Array.from(noise(WIDTH * HEIGHT, seed), Math.fround)
  const table = new DataView(new ArrayBuffer(ROW_BYTES * HEIGHT))
  const heap: Uint8Array[] = []
  let place = 0
  for (let row = 0; row < HEIGHT; row++) {
    const part = values.subarray(row * WIDTH, (row + 1) * WIDTH)
    const integers = Int32Array.from(part)
    const tile = { dithering: 'SUBTRACTIVE_DITHER_1', seed: 41 + row } as const
    const plan = level === undefined ? undefined : reference.quantize(part, { ...tile, level }, integers)
    const room = new Uint8Array(maxRiceBytes(WIDTH, CODING))
    const bytes = room.subarray(0, reference.encodeRice(integers, CODING, room))
    if (plan === undefined) part.set(integers)
    else reference.dequantize(integers, plan, part)
    table.setInt32(row * ROW_BYTES, row === broken ? 0 : bytes.length)
    table.setInt32(row * ROW_BYTES + 4, place)
    table.setFloat64(row * ROW_BYTES + 8, plan?.scale ?? 0)
    table.setFloat64(row * ROW_BYTES + 16, plan?.zero ?? 0)
    heap.push(bytes)
    place += bytes.length
  }
  const path = write(name, [new Uint8Array(table.buffer), ...heap])
  const quantized = { kind: 'quantized', dithering: 'SUBTRACTIVE_DITHER_1', blank: undefined } as const
  const pixels: RiceRows = {
    kind: 'rice',
    coding: CODING,
    table: { offset: 0, rowBytes: ROW_BYTES, descriptor: 0, isLong: false },
    heap: { offset: ROW_BYTES * HEIGHT, length: place },
    values:
      level === undefined
        ? { kind: 'scaled', scale: NO_SCALE }
        : { ...quantized, scaleAt: 8, zeroAt: 16, firstSeed: 41 },
  }
  return new FileFrame({ path, pixels }, values)
}

const rawFrames = () =>
  [1, 2, 3, 4, 5].map((seed) => plainFrame(`raw-${seed}`, Float32Array.from(noise(WIDTH * HEIGHT, seed, 30)), NO_SCALE))
const scaledFrames = () =>
  [1, 2, 3].map((seed) =>
    plainFrame(`scaled-${seed}`, Int16Array.from(noise(WIDTH * HEIGHT, seed)), { bscale: 0.5, bzero: 100, blank: 3 }),
  )
const unsigned = { bscale: 1, bzero: 32_768, blank: undefined }
const shiftedFrames = (count: number, { extremes = 0, ...scale }: PixelScale & { extremes?: number } = unsigned) =>
  Array.from({ length: count }, (_, seed) => {
    const stored = Int16Array.from(noise(WIDTH * HEIGHT, seed))
    for (let at = 0; at < extremes; at++) stored[at] = (at + seed) % 3 === 0 ? -32_768 : 32_767
    return plainFrame(`shifted-${seed}`, stored, scale)
  })
const doubleFrames = () => [1, 2].map((seed) => plainFrame(`double-${seed}`, noise(WIDTH * HEIGHT, seed, 9), NO_SCALE))
const quantizedFrames = () => [1, 2, 3, 4].map((seed) => riceFrame(`quantized-${seed}`, seed, { level: 4 }))
const integerFrames = () => [1, 2, 3].map((seed) => riceFrame(`integers-${seed}`, seed, {}))
const mixedFrames = () => [...rawFrames().slice(0, 2), ...scaledFrames(), ...quantizedFrames()]

/** By the plain reference, of the values as they were made. */
function medianOf(frames: readonly FileFrame[], type: 'float32' | 'float64' = 'float32'): Float32Array | Float64Array {
  const median = type === 'float64' ? new Float64Array(WIDTH * HEIGHT) : new Float32Array(WIDTH * HEIGHT)
  reference.median(
    frames.map(({ values }) => (type === 'float64' ? Float64Array.from(values) : values)),
    median,
  )
  return median
}

async function combined(frames: readonly BandFrame[], options: Partial<CombineBandsOptions> = {}) {
  const result = options.resultType === 'float64' ? new Float64Array(WIDTH * HEIGHT) : new Float32Array(WIDTH * HEIGHT)
  const order: number[] = []
  const bands = combineBands(frames, {
    ...{ method: 'median', width: WIDTH, height: HEIGHT, memoryBytes: 90_000 },
    ...options,
  })
  for await (const { rows, values } of bands) {
    order.push(rows.from)
    expect(values.length).toBe((rows.to - rows.from) * WIDTH)
    result.set(values, rows.from * WIDTH)
  }
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(order.length).toBeGreaterThan(2)
  return result
}

describe.each([0, 1, 3])('with %i more threads', (workers) => {
  test.each([
    ['plain floats', rawFrames, 'float32'],
    ['scaled integers', scaledFrames, 'float32'],
    ['plain doubles', doubleFrames, 'float64'],
    ['plain ones of several kinds', () => [...rawFrames(), ...scaledFrames()], 'float32'],
    ['plain ones of several kinds as doubles', () => [...doubleFrames(), ...shiftedFrames(2)], 'float64'],
    ['quantised rows', quantizedFrames, 'float32'],
    ['Rice-coded integers', integerFrames, 'float32'],
    ['all kinds', mixedFrames, 'float32'],
  ] as const)('%s are read by threads, to the same bits', async (_, make, type) => {
    const frames = make()
    const result = await combined(frames, { workers, type, resultType: type })
    expectSame(result, medianOf(frames, type))
    for (const { asked } of frames) expect(asked).toEqual([])
  })

  test.each([
    [5, unsigned],
    [8, { ...unsigned, extremes: 500 }],
    [25, { ...unsigned, bzero: 0, extremes: 500 }],
    [4, { ...unsigned, bzero: -7 }],
    [4, { ...unsigned, blank: 1e9 }],
    [4, { ...unsigned, bzero: 0.5 }],
    [5, { ...unsigned, blank: 3 }],
    [70, unsigned],
  ])('%i frames of 16-bit integers with %o, to the same bits', async (count, scale) => {
    const frames = shiftedFrames(count, scale)
    const result = await combined(frames, { workers })
    expectSame(result, medianOf(frames))
  })

  test.each([
    ['plain floats', rawFrames, 'float32'],
    ['plain doubles', doubleFrames, 'float64'],
    ['quantised rows', quantizedFrames, 'float32'],
    ['a plain and a quantised one', () => [rawFrames()[0]!, quantizedFrames()[0]!], 'float32'],
  ] as const)('calculates with %s', async (_, make, type) => {
    const [first, second] = make() as [FileFrame, FileFrame]
    const wanted = type === 'float64' ? new Float64Array(WIDTH * HEIGHT) : new Float32Array(WIDTH * HEIGHT)
    const options = { method: 'calculate', workers, type, resultType: type, memoryBytes: 30_000 } as const
    const difference = await combined([first, second], { ...options, calculation: { operation: 'subtract' } })
    reference.calculate('subtract', first.values, second.values, wanted)
    expectSame(difference, wanted)
    for (const number of [7, 0.1]) {
      const sum = await combined([first], { ...options, calculation: { operation: 'add', number } })
      reference.calculate('add', first.values, number, wanted)
      expectSame(sum, wanted)
    }
    const unread = { readBand: first.readBand.bind(first) }
    const calculation = { operation: 'divide', number: 3 } as const
    const swapped = await combined([unread], { ...options, calculation, isResultBigEndian: true })
    reference.calculate('divide', first.values, 3, wanted)
    const bytes = new Uint8Array(swapped.buffer)
    reference.swapBytes(bytes, swapped.BYTES_PER_ELEMENT as 4 | 8, bytes)
    expectSame(swapped, wanted)
  })

  test('what threads cannot read is asked of the frames', async () => {
    const frames = [...quantizedFrames(), riceFrame('broken', 9, { level: 4, broken: 50 })]
    const result = await combined(frames, { workers })
    expectSame(result, medianOf(frames))
    for (const { asked } of frames) {
      expect(asked.length).toBeGreaterThan(0)
      expect(asked.every(({ from, to }) => to - from < HEIGHT / 2)).toBe(true)
    }
  })

  test('a file that is cut is what its frame says of it', async () => {
    const frames = rawFrames()
    truncateSync(frames[1]!.stored.path, START + 4 * WIDTH * 40)
    const reason = new Error('it is cut')
    frames[1]!.readBand = () => {
      throw reason
    }
    await expect(combined(frames, { workers })).rejects.toBe(reason)
  })

  test('what is no file any more is what its frame says of it', async () => {
    const [pipe, ...frames] = rawFrames()
    const { path } = pipe!.stored
    rmSync(path)
    execFileSync('mkfifo', [path])
    expectSame(await combined([pipe!, ...frames], { workers }), medianOf([pipe!, ...frames]))
    rmSync(path)
    mkdirSync(path)
    expectSame(await combined([pipe!, ...frames], { workers }), medianOf([pipe!, ...frames]))
    rmdirSync(path)
    expect(pipe!.asked.length).toBeGreaterThan(2)
  })

  test('tells which frames hold no values', async () => {
    const empty = plainFrame('empty', new Float32Array(WIDTH * HEIGHT).fill(Number.NaN), NO_SCALE)
    const late = new Float32Array(WIDTH * HEIGHT).fill(Number.NaN)
    late[late.length - 1] = 1
    const frames = [...rawFrames(), empty, plainFrame('late', late, NO_SCALE)]
    const found: number[] = []
    await combined(frames, { workers, onEmptyFrame: (frame) => found.push(frame) })
    expect(found).toEqual([5])
    const generic = frames.map(({ values }) => new FileFrame(undefined as never, values))
    await combined(generic, { workers, onEmptyFrame: (frame) => found.push(frame) })
    expect(found).toEqual([5, 5])
  })

  test('ends when it is aborted, or nobody takes more bands', async () => {
    const abort = new AbortController()
    const options = { method: 'mean', width: WIDTH, height: HEIGHT, memoryBytes: 90_000, workers } as const
    const bands = combineBands(rawFrames(), { ...options, signal: abort.signal })
    await bands.next()
    abort.abort(new Error('enough'))
    await expect(bands.next()).rejects.toThrow('enough')
    const left = combineBands(rawFrames(), options)
    await left.next()
    await left.return()
    expect(await left.next()).toMatchObject({ done: true })
  })
})

test('calculates with two frames, or one and a number', async () => {
  const frames = rawFrames()
  const calculation = { operation: 'add' } as const
  await expect(combined(frames, { method: 'calculate', calculation })).rejects.toThrow(/2 frames, or one and a number/)
  await expect(combined(frames.slice(0, 2), { method: 'calculate' })).rejects.toThrow(TypeError)
  const number = { method: 'calculate', calculation: { ...calculation, number: 1 } } as const
  await expect(combined(frames.slice(0, 2), number)).rejects.toThrow(/1 frames/)
  await expect(combined(frames.slice(0, 1), { ...number, resultType: 'float64' })).rejects.toThrow(/float32/)
})

test('a file that is gone is what its frame says of it', async () => {
  const frames = rawFrames()
  rmSync(frames[2]!.stored.path)
  const result = await combined(frames)
  expect(frames[0]!.asked.length).toBeGreaterThan(2)
  expect(result.some((value) => value !== 0)).toBe(true)
})

test('of more frames than may be open at once, the others are opened for each reading', () => {
  const frames = Array.from({ length: 300 }, (_, seed) =>
    plainFrame(`many-${seed}`, Float32Array.from(noise(WIDTH * HEIGHT, seed, 30)), NO_SCALE),
  )
  const { opened, close } = openFrames(frames, 128)!
  expect(opened.map(({ file }) => typeof file)).toEqual(frames.map((_, frame) => (frame < 128 ? 'number' : 'string')))
  const types = { type: 'float32', resultType: 'float32' } as const
  const hasValues = new SharedArrayBuffer(frames.length)
  const setup = { frames: opened, width: WIDTH, ...types, rows: 7, options: { method: 'sum' }, hasValues } as const
  const bands = new StoredBands(setup)
  const result = new Float32Array(WIDTH * HEIGHT)
  expect(bands.combine({ from: 0, to: HEIGHT }, result)).toBe(true)
  const wanted = new Float32Array(result.length)
  reference.reduce(
    'sum',
    frames.map(({ values }) => values),
    wanted,
  )
  expectSame(result, wanted)
  rmSync(frames[250]!.stored.path)
  expect(bands.combine({ from: 0, to: HEIGHT }, result)).toBe(false)
  close()
})

test.each([
  [4096, -32, NO_SCALE],
  [4095, -32, NO_SCALE],
  [16384, 16, { ...NO_SCALE, bzero: 7 }],
] as const)(
  'rows of so many frames that they are much memory, %i pixels long, are combined in parts',
  (width, bitpix, scale) => {
    const few = [0, 1, 2].map((seed) => {
      const values = noise(width * 3, seed, 30)
      const stored = bitpix === 16 ? Int16Array.from(values) : Float32Array.from(values)
      return plainFrame(`long-${bitpix}-${seed}`, stored, scale)
    })
    const frames = Array.from({ length: 520 }, (_, index) => few[index % 3]!)
    const { opened, close } = openFrames(frames)!
    const types = { type: 'float32', resultType: 'float32' } as const
    const options = { method: 'sum' } as const
    const hasValues = new SharedArrayBuffer(frames.length)
    const bands = new StoredBands({ frames: opened, width, ...types, rows: 1, options, hasValues })
    const result = new Float32Array(2 * width)
    expect(bands.combine({ from: 1, to: 3 }, result)).toBe(true)
    const wanted = new Float32Array(result.length)
    const parts = frames.map(({ values }) => values.subarray(width))
    reference.reduce('sum', parts, wanted)
    expectSame(result, wanted)
    close()
  },
)

const LIMITS = '/proc/self/limits'

test('no more files are open at once than a part of what the process may have', async () => {
  const frames = Array.from({ length: 300 }, (_, seed) =>
    plainFrame(`more-${seed}`, Float32Array.from(noise(WIDTH * HEIGHT, seed, 30)), NO_SCALE),
  )
  const { opened, close } = openFrames(frames)!
  close()
  const open = opened.filter(({ file }) => typeof file === 'number').length
  const limit = existsSync(LIMITS) ? Number(/^Max open files +(\d+)/m.exec(readFileSync(LIMITS, 'latin1'))?.[1]) : 1024
  expect(open).toBe(Math.min(frames.length, Math.floor(limit / 8)))
  rmSync(frames[250]!.stored.path)
  for await (const { values } of combineBands(frames, { method: 'sum', width: WIDTH, height: HEIGHT }))
    expect(values.length % WIDTH).toBe(0)
  expect(frames[0]!.asked.length).toBeGreaterThan(0)
})

const DESCRIPTORS = '/proc/self/fd'

/** The files of the tests that this process has open. */
function openFiles(): string[] {
  return readdirSync(DESCRIPTORS).flatMap((fd) => {
    try {
      const path = readlinkSync(join(DESCRIPTORS, fd))
      return path.startsWith(folder) ? [path] : []
    } catch {
      return []
    }
  })
}

test.runIf(existsSync(DESCRIPTORS)).each([0, 1])('with %i more threads no file stays open', async (workers) => {
  const options = { method: 'median', width: WIDTH, height: HEIGHT, memoryBytes: 90_000, workers } as const
  const frames = rawFrames()
  for await (const _ of combineBands(frames, options)) expect(openFiles()).toHaveLength(frames.length)
  expect(openFiles()).toEqual([])
  const left = combineBands(frames, options)
  await left.next()
  await left.return()
  expect(openFiles()).toEqual([])
  await expect(combineBands(frames, { ...options, signal: AbortSignal.abort() }).next()).rejects.toThrow()
  await expect(combineBands(frames, { ...options, memoryBytes: 3000 }).next()).rejects.toThrow(RangeError)
  expect(openFiles()).toEqual([])
})

test.each([
  [1, 1, 3],
  [7, 1, 1],
  [1, 500, 2],
  [333, 41, 64],
  [4001, 129, 7],
])('of %i x %i pixels and %i frames all rows are there', async (width, height, count) => {
  const frames = Array.from({ length: count }, (_, seed) =>
    plainFrame(`size-${seed}`, Float32Array.from(noise(width * height, seed, 9)), NO_SCALE),
  )
  const wanted = new Float32Array(width * height)
  reference.median(
    frames.map(({ values }) => values),
    wanted,
  )
  for (const memoryBytes of [2 ** 26, 2 ** 21, 2 ** 20 * 1.2]) {
    const result = new Float32Array(width * height)
    for await (const { rows, values } of combineBands(frames, { method: 'median', width, height, memoryBytes }))
      result.set(values, rows.from * width)
    expectSame(result, wanted)
  }
})

test('several at once share the threads of the process', async () => {
  const all = await Promise.all([1, 2, 3, 4].map(() => combined(rawFrames(), { workers: 2 })))
  const wanted = await combined(rawFrames(), { workers: 0 })
  for (const result of all) expectSame(result, wanted)
})

test.each([0, 1, 2, 5])(
  'one that is aborted after %i bands leaves the others of the process as they are',
  async (bands) => {
    const options = { workers: 2, memoryBytes: 90_000 }
    const [raw, quantized] = [rawFrames(), quantizedFrames()]
    const read = raw.map(({ values }) => new FileFrame(undefined as never, values))
    const abort = new AbortController()
    const aborted = async () => {
      const given = { method: 'sigma-clip', width: WIDTH, height: HEIGHT, ...options, signal: abort.signal } as const
      const left = combineBands(raw, given)
      for (let band = 0; band < bands; band++) await left.next()
      abort.abort(new Error('enough'))
      await expect(left.next()).rejects.toThrow('enough')
    }
    const [first, second, third] = await Promise.all([
      combined(quantized, options),
      combined(raw, options),
      combined(read, options),
      aborted(),
    ])
    expectSame(first, medianOf(quantized))
    expectSame(second, medianOf(raw))
    expectSame(third, medianOf(raw))
  },
)

test('refuses a row that is more than the memory', async () => {
  await expect(combined(rawFrames(), { memoryBytes: 3000 })).rejects.toThrow(/limited to 3000/)
})
