import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plane, Samples, Statistic } from '../src/index.js'
import { all, expectSame, floats, noise, reference, simd } from './support.js'

const TYPES = [Float32Array, Float64Array, Int32Array, Int16Array, Uint16Array] as const
const COUNTS = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 22, 25, 26, 31, 33, 36, 50, 51, 53, 63, 64, 65, 66, 101,
]

/** Frames of one type, from the seeds of their pixels. */
function framesOf(Type: (typeof TYPES)[number], count: number, length: number, holes = 0): Plane[] {
  return Array.from({ length: count }, (_, frame) => Type.from(noise(length, frame + 1, holes)))
}

/** The median by its definition. */
function sortedMedian(values: readonly number[], isFloat32: boolean): number {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()
  const { length } = sorted
  if (length === 0) return Number.NaN
  const sum = sorted[(length - 1) >> 1]! + sorted[length >> 1]!
  return length % 2 === 1 ? sorted[length >> 1]! : (isFloat32 ? Math.fround(sum) : sum) / 2
}

describe.each(TYPES)('medians of $name', (Type) => {
  test.each(COUNTS)('%i frames, against the definition', (count) => {
    for (const holes of Type === Float32Array || Type === Float64Array ? [0, 5, 1.2] : [0]) {
      const frames = framesOf(Type, count, 203, holes)
      for (const into of [new Float32Array(203), new Float64Array(203)]) {
        simd.median(frames, into)
        const isFloat32 = Type === Float32Array && into instanceof Float32Array
        const wanted = into.map((_, pixel) =>
          sortedMedian(
            frames.map((frame) => frame[pixel]!),
            isFloat32,
          ),
        )
        expectSame(into, wanted)
      }
    }
  })
})

const someFrames = (pixel: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }))
    .chain(([count, length]) =>
      fc.array(fc.array(pixel, { minLength: length, maxLength: length }), { minLength: count, maxLength: count }),
    )

test.each([Float32Array, Float64Array])('medians of $name: any floats, against the reference', (Type) => {
  const pixel = fc.oneof(floats, fc.constantFrom(0, -0), fc.constantFrom(0, -0, 1, Number.NaN))
  fc.assert(
    fc.property(someFrames(pixel), fc.boolean(), (rows, isNarrow) => {
      const frames = rows.map((row) => Type.from(row))
      const make = () => (isNarrow ? new Float32Array(rows[0]!.length) : new Float64Array(rows[0]!.length))
      const [found, wanted] = [make(), make()]
      simd.median(frames, found)
      reference.median(frames, wanted)
      expectSame(found, wanted)
    }),
    { seed: 6, numRuns: 1500 },
  )
})

test('more frames than the bisection has room for', () => {
  for (const count of [999, 2100]) {
    const frames = framesOf(Float32Array, count, 20, 7)
    const [found, wanted] = [new Float32Array(20), new Float32Array(20)]
    simd.median(frames, found)
    reference.median(frames, wanted)
    expectSame(found, wanted)
  }
})

test('the bisection ends, whatever the values are', () => {
  const spread = Array.from({ length: 101 }, (_, i) => (i % 2 === 0 ? -1 : 1) * 1.7 ** (i * 1.6))
  const columns = [
    spread,
    spread.map((value) => (value > 0 ? Infinity : value)),
    spread.map((value) => (Math.abs(value) > 1e3 ? -Infinity : value)),
    spread.map((_, i) => i * 1e-45),
    spread.map((_, i) => (i < 50 ? -0 : 0)),
    spread.map(() => Number.NaN),
  ]
  for (const count of [101, 100]) {
    const frames = Array.from({ length: count }, (_, frame) => Float32Array.from(columns, (column) => column[frame]!))
    for (const make of [() => new Float32Array(columns.length), () => new Float64Array(columns.length)]) {
      const [found, wanted] = [make(), make()]
      simd.median(frames, found)
      reference.median(frames, wanted)
      expectSame(found, wanted)
    }
  }
})

const STATISTICS: readonly Statistic[] = ['sum', 'mean', 'min', 'max', 'deviation']

test.each(STATISTICS)('%s: any floats, against the reference', (statistic) => {
  fc.assert(
    fc.property(someFrames(floats), fc.boolean(), (rows, isNarrow) => {
      const frames = rows.map((row) => Float32Array.from(row))
      const make = () => (isNarrow ? new Float32Array(rows[0]!.length) : new Float64Array(rows[0]!.length))
      const [found, wanted] = [make(), make()]
      simd.reduce(statistic, frames, found)
      reference.reduce(statistic, frames, wanted)
      expectSame(found, wanted)
    }),
    { seed: 7, numRuns: 300 },
  )
})

test.each(['sum', 'mean'] as const)(
  '%s: lines of float32 with and without what is missing, in any order of bytes',
  (statistic) => {
    const frames = framesOf(Float32Array, 7, 16 * 9 + 5) as Float32Array[]
    for (const [place, value] of [Number.NaN, Infinity, -Infinity, -0, Number.NaN].entries())
      frames[place]![20 * place] = value
    frames[5]![20] = -Infinity
    for (const frame of frames) frame.fill(Number.NaN, 100, 101)
    for (const isBigEndian of [false, true])
      for (const isResultBigEndian of [false, true]) {
        const [found, wanted] = [new Float32Array(149), new Float32Array(149)]
        const stored = isBigEndian ? frames.map((frame) => swapped(frame)) : frames
        simd.reduce(statistic, stored, found, { isBigEndian, isResultBigEndian })
        reference.reduce(statistic, stored, wanted, { isBigEndian, isResultBigEndian })
        const inOrder = (values: Float32Array) => (isResultBigEndian ? swapped(values) : values) as Samples
        expectSame(inOrder(found), inOrder(wanted))
      }
  },
)

test.each(all)('$implementation: known statistics', (kernels) => {
  const frames = [Int16Array.of(2, -1), Int16Array.of(4, -1), Int16Array.of(4, 5), Int16Array.of(6, 1)]
  const into = new Float64Array(2)
  const found = STATISTICS.map((statistic) => {
    kernels.reduce(statistic, frames, into)
    return into[0]
  })
  expect(found).toEqual([16, 4, 2, 6, Math.sqrt(2)])
})

test('means without outliers: any floats, against the reference', () => {
  fc.assert(
    fc.property(
      someFrames(floats),
      fc.constantFrom({}, { low: 1, high: 1.5 }, { rounds: 1, low: 2 }, { rounds: 0 }, {
        centre: 'mean',
        low: 1.2,
      } as const),
      (rows, clipping) => {
        const frames = rows.map((row) => Float32Array.from(row))
        const [found, wanted] = [new Float32Array(rows[0]!.length), new Float32Array(rows[0]!.length)]
        simd.clippedMean(frames, found, clipping)
        reference.clippedMean(frames, wanted, clipping)
        expectSame(found, wanted)
      },
    ),
    { seed: 8, numRuns: 400 },
  )
})

test.each(all)('$implementation: a cosmic ray is clipped', (kernels) => {
  const frames = [1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 5000].map((value) => Float32Array.of(value))
  const into = new Float32Array(1)
  kernels.clippedMean(frames, into)
  expect(into[0]).toBe(2)
})

/** Where frames and the result can be, and how their numbers can lie. */
test.each(TYPES)('$name: in the arena, at even distances or not, big-endian or not', (Type) => {
  const length = 77
  const frames = framesOf(Type, 5, length)
  const wanted = new Float32Array(length)
  reference.median(frames, wanted)
  const big = frames.map(swapped)
  const name = Type.name.replace('Array', '').toLowerCase() as 'float32'
  for (const kernels of all) {
    const mark = kernels.arena.mark()
    const planes = kernels.arena.allocatePlanes(name, 5, length)
    for (const [index, plane] of planes.entries()) plane.set(big[index] as Float32Array)
    const into = kernels.arena.allocate('float32', length + 30).subarray(10, 10 + length)
    for (const source of [planes, [...planes].reverse(), big] as Plane[][]) {
      kernels.median(source, into, { isBigEndian: true, isResultBigEndian: true })
      expectSame(swapped(into) as Samples, wanted)
      kernels.median(source, into, { isBigEndian: true })
      expectSame(into, wanted)
    }
    for (const method of [() => kernels.reduce('max', planes, into, { isBigEndian: true, isResultBigEndian: true })]) {
      method()
      const most = wanted.map((_, pixel) => Math.max(...frames.map((frame) => frame[pixel]!)))
      expectSame(swapped(into) as Samples, most)
    }
    kernels.arena.release(mark)
  }
})

/** NaN of both signs, quiet and signalling, with something to say: big-endian. */
const NANS = {
  float32: '7fc00000ffc000007f800001ff812345',
  float64: '7ff8000000000000fff80000000000007ff0000000000001fff1234500000000',
} as const

test.each(all)(
  '$implementation: what is missing everywhere is one NaN, whatever those were that it is of',
  (kernels) => {
    for (const Type of [Float32Array, Float64Array]) {
      const hex = Type === Float32Array ? NANS.float32 : NANS.float64
      const frame = new Type(new Uint8Array(Buffer.from(hex, 'hex')).buffer)
      const wanted = new Type(4).fill(Number.NaN)
      const bits = (into: Samples) => Buffer.from(into.buffer).toString('hex')
      for (const count of [1, 2, 3, 5, 70]) {
        const frames = Array(count).fill(frame) as Samples[]
        const into = new Type(4)
        const methods = [
          () => kernels.median(frames, into, { isBigEndian: true }),
          () => kernels.clippedMean(frames, into, {}, { isBigEndian: true }),
          ...STATISTICS.map((statistic) => () => kernels.reduce(statistic, frames, into, { isBigEndian: true })),
        ]
        for (const method of methods) {
          into.fill(1)
          method()
          expect(bits(into)).toBe(bits(wanted))
        }
      }
    }
  },
)

function swapped<Numbers extends Plane>(numbers: Numbers): Plane {
  const copy = numbers.slice()
  const bytes = new Uint8Array(copy.buffer)
  for (let i = 0; i < bytes.length; i += copy.BYTES_PER_ELEMENT) bytes.subarray(i, i + copy.BYTES_PER_ELEMENT).reverse()
  return copy
}

test.each(all)('$implementation: refuses planes that do not fit each other', (kernels) => {
  const into = new Float32Array(3)
  expect(() => kernels.median([], into)).toThrow(TypeError)
  expect(() => kernels.median([new Float32Array(3), new Float32Array(4)], into)).toThrow(TypeError)
  expect(() => kernels.median([new Float32Array(3), new Int16Array(3)], into)).toThrow(/decode them to one/)
})
