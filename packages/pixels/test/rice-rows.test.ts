import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type CodedRows,
  type Dithering,
  loadKernels,
  NO_SCALE,
  type PixelKernels,
  type RiceCoding,
  type RiceRows,
  referenceKernels,
  type Samples,
} from '../src/index.js'
import { encodeRice } from './plain-rice.js'
import { all, expectSame, reference, simd } from './support.js'

const BYTES = [1, 2, 4] as const
const NAN = -2_147_483_647
const SCALED = { kind: 'scaled', scale: NO_SCALE } as const
const DITHERINGS: readonly Dithering[] = ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2']

/** Where a row's coded bytes are in the heap, and of quantised ones what they become. */
interface Cell {
  readonly place: number
  readonly length: number
  readonly scale?: number
  readonly zero?: number
}

/** A heap of coded rows, behind each other and 3 bytes that are none of theirs. */
function heapOf(coded: readonly Uint8Array[]): { bytes: Uint8Array; cells: Cell[] } {
  let place = 3
  const cells = coded.map(({ length }, row) => {
    place += length
    return { place: place - length, length, scale: 0.5 + row, zero: 2 }
  })
  return { bytes: Uint8Array.from(Buffer.concat([Uint8Array.of(1, 2, 3), ...coded])), cells }
}

/** A table with these cells, in rows of 43 or 50 bytes. */
function rowsOf(cells: readonly Cell[], image: Partial<RiceRows>, isLong = false, first = 0): CodedRows {
  const [scaleAt, zeroAt, descriptor] = [2, 10, 21]
  const rowBytes = isLong ? 50 : 43
  const view = new DataView(new ArrayBuffer(cells.length * rowBytes))
  for (const [row, { place, length, scale = 1, zero = 0 }] of cells.entries()) {
    const at = row * rowBytes
    view.setFloat64(at + scaleAt, scale)
    view.setFloat64(at + zeroAt, zero)
    if (isLong) view.setBigInt64(at + descriptor, BigInt(length))
    else view.setInt32(at + descriptor, length)
    if (isLong) view.setBigInt64(at + descriptor + 8, BigInt(place))
    else view.setInt32(at + descriptor + 4, place)
  }
  const end = Math.max(0, ...cells.map((cell) => cell.place + cell.length))
  const table = { offset: 0, rowBytes, descriptor, isLong }
  const coding = { bytepix: 4, blocksize: 32 } as const
  const { values = SCALED } = image
  const placed = values.kind === 'scaled' ? values : { ...values, scaleAt, zeroAt }
  const heap = { offset: 0, length: end }
  const rest: RiceRows = { kind: 'rice', coding, table, heap, ...image, values: placed }
  return { image: rest, first, table: new Uint8Array(view.buffer) }
}

/** Each row by itself, as the reference decodes it. */
function oneByOne(
  coded: readonly Uint8Array[],
  cells: readonly Cell[],
  { image, first }: CodedRows,
  into: Samples,
): boolean {
  const { coding, values } = image
  const width = into.length / coded.length
  return coded.every((bytes, row) => {
    const part = into.subarray(row * width, (row + 1) * width)
    if (values.kind === 'scaled') return reference.decodeRiceScaled(bytes, coding, values.scale, part)
    const { scale = 1, zero = 0 } = cells[row]!
    return reference.decodeRiceFloats(
      bytes,
      coding,
      { ...values, scale, zero, seed: values.firstSeed + first + row },
      part,
    )
  })
}

/** A copy of the bytes in the arena. */
function inArena({ arena }: PixelKernels, bytes: Uint8Array): Uint8Array {
  const copy = arena.allocate('uint8', bytes.length)
  copy.set(bytes)
  return copy
}

const lists = fc.integer({ min: 1, max: 45 }).chain((length) => {
  const integer = fc.oneof(
    fc.integer({ min: -100, max: 100 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.constantFrom(7, NAN, NAN + 1),
  )
  return fc.array(fc.array(integer, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 9 })
})

const valuesOfRows = fc.oneof(
  fc.record({
    kind: fc.constant('scaled' as const),
    scale: fc.record({
      bscale: fc.constantFrom(1, 2),
      bzero: fc.constantFrom(0, 0.1, 32_768),
      blank: fc.constantFrom(7, undefined),
    }),
  }),
  fc.record({
    kind: fc.constant('quantized' as const),
    dithering: fc.constantFrom(...DITHERINGS),
    blank: fc.constantFrom(NAN, undefined, 0.5),
    firstSeed: fc.constantFrom(0, 9_990, 123_456),
    ...{ scaleAt: fc.constant(0), zeroAt: fc.constant(0) },
  }),
)

test.each(BYTES)('rows become what each becomes by itself, %i bytes a pixel', (bytepix) => {
  const shape = fc.record({
    ...{ blocksize: fc.constantFrom(1, 5, 16, 32, 100), isDouble: fc.boolean(), isLong: fc.boolean() },
    ...{ isHere: fc.boolean(), first: fc.nat(20) },
  })
  fc.assert(
    fc.property(lists, valuesOfRows, shape, (lists, values, { blocksize, isDouble, isLong, isHere, first }) => {
      const coding: RiceCoding = { bytepix, blocksize }
      const coded = lists.map((list) =>
        encodeRice(
          Int32Array.from(list, (value) => cutTo(bytepix, value)),
          coding,
        ),
      )
      const { bytes, cells } = heapOf(coded)
      const rows = rowsOf(cells, { coding, values }, isLong, first)
      const length = lists[0]!.length * lists.length
      const wanted = isDouble ? new Float64Array(length) : new Float32Array(length)
      expect(oneByOne(coded, cells, rows, wanted)).toBe(true)
      for (const kernels of all) {
        const mark = kernels.arena.mark()
        const found = kernels.arena.allocate(isDouble ? 'float64' : 'float32', length).fill(-1)
        const given = isHere ? { ...rows, table: inArena(kernels, rows.table) } : rows
        const span = kernels.findRiceRows(given, 1)
        const last = cells.at(-1)!
        const longest = Math.max(...cells.map((cell) => cell.length))
        expect(span).toEqual({ start: 3, end: last.place + last.length, bytes: bytes.length - 3, longest })
        const part = isHere ? inArena(kernels, bytes.subarray(3)) : bytes.subarray(3)
        expect(kernels.decodeRiceRows(part, 3, given, found)).toBe(true)
        expectSame(found, wanted)
        const elsewhere = wanted.slice().fill(-1)
        expect(kernels.decodeRiceRows(part, 3, given, elsewhere)).toBe(true)
        expectSame(elsewhere, wanted)
        kernels.arena.release(mark)
      }
    }),
    { seed: 6, numRuns: 400 },
  )
})

test('of four rows that are decoded together, whichever is cut is found too short', () => {
  const coding = { bytepix: 2, blocksize: 32 } as const
  const bytes = encodeRice(
    Int32Array.from({ length: 100 }, (_, i) => (i * i * 37) % 120),
    coding,
  )
  for (const kernels of all)
    for (let length = 0; length < bytes.length - 1; length++)
      for (let cut = 0; cut < 5; cut++) {
        const cells = Array.from({ length: 5 }, (_, row) => ({ place: 0, length: row === cut ? length : bytes.length }))
        expect(kernels.decodeRiceRows(bytes, 0, rowsOf(cells, { coding }), new Float32Array(500))).toBe(false)
      }
})

test('whatever the bytes, five rows decode the same as one by one', () => {
  const byte = fc.oneof(fc.nat(255), fc.constant(0), fc.constant(0))
  const lists = fc.array(fc.array(byte, { maxLength: 100 }), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(lists, fc.constantFrom(...BYTES), fc.integer({ min: 1, max: 40 }), (lists, bytepix, blocksize) => {
      const coding = { bytepix, blocksize }
      const coded = lists.map((list) => Uint8Array.from(list))
      const { bytes, cells } = heapOf(coded)
      const rows = rowsOf(cells, { coding })
      const [found, wanted] = [new Float64Array(240), new Float64Array(240)]
      const isWhole = oneByOne(coded, cells, rows, wanted)
      for (const kernels of all) {
        expect(kernels.decodeRiceRows(bytes, 0, rows, found)).toBe(isWhole)
        if (isWhole) expectSame(found, wanted)
      }
    }),
    { seed: 7, numRuns: 5000 },
  )
})

const places = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31)))
const longPlaces = fc.oneof(places, fc.constantFrom(2 ** 40, 2 ** 53, -(2 ** 53), 2 ** 62, -(2 ** 62), -(2 ** 63)))

test.each([false, true])('whatever a table says, rows are found in the heap, or not at all: 64 bits %s', (isLong) => {
  const number = isLong ? longPlaces : places
  const cell = fc.record({ place: number, length: number })
  const some = fc.oneof(cell, fc.record({ place: fc.nat(20), length: fc.nat(20) }))
  fc.assert(
    fc.property(fc.array(some, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 5 }), (cells, least) => {
      const rows = rowsOf(cells, { heap: { offset: 0, length: 30 } }, isLong)
      const areThere = cells.every(({ place, length }) => length >= least && place >= 0 && place + length <= 30)
      const span = {
        start: Math.min(...cells.map(({ place }) => place)),
        end: Math.max(...cells.map(({ place, length }) => place + length)),
        bytes: cells.reduce((sum, { length }) => sum + length, 0),
        longest: Math.max(...cells.map(({ length }) => length)),
      }
      for (const kernels of all) {
        expect(kernels.findRiceRows(rows, least)).toEqual(areThere ? span : undefined)
        expect(kernels.findRiceRows(rows, 31)).toBeUndefined()
      }
    }),
    { seed: 8, numRuns: 2000 },
  )
})

test.each([
  ['before the bytes', { place: 9, length: 8 }],
  ['behind them', { place: 20, length: 8 }],
  ['with a negative length', { place: 12, length: -1 }],
  ['far off', { place: 2 ** 40, length: 8 }],
  ['where adding goes wrong', { place: 2 ** 62, length: 2 ** 62 }],
])('a row that is not in the bytes is not decoded: %s', (_, cell) => {
  const good = { place: 10, length: 8 }
  const cells = Array.from({ length: 6 }, (_, row) => (row === 4 ? cell : good))
  for (const kernels of all) {
    const image = { coding: { bytepix: 1, blocksize: 32 } as const, heap: { offset: 0, length: 100 } }
    const rows = rowsOf(cells, image, true)
    expect(kernels.decodeRiceRows(new Uint8Array(16), 10, rows, new Float32Array(48))).toBe(false)
  }
})

const WIDTHS = BYTES.flatMap((bytepix) => [2003, 2004].map((count) => [bytepix, count] as const))

test.each(WIDTHS)(
  'noise of any strength, %i bytes a pixel: more rows of %i than are made at once',
  (bytepix, count) => {
    const coding = { bytepix, blocksize: 32 } as const
    const lists = Array.from({ length: 41 }, (_, row) =>
      Int32Array.from({ length: count }, (_, i) =>
        cutTo(bytepix, (Math.imul(i * count + row, 0x9e3779b1) >>> (row % 31)) | 0),
      ),
    )
    const { bytes, cells } = heapOf(lists.map((list) => encodeRice(list, coding)))
    const wanted = Float64Array.from(lists.flatMap((list) => [...list]))
    const rows = rowsOf(cells, { coding })
    for (const load of [loadKernels, referenceKernels]) {
      const kernels = load({ arenaBytes: 4 * 2 ** 20 })
      for (const table of [rows.table, inArena(kernels, rows.table)])
        for (const from of [bytes, inArena(kernels, bytes)])
          for (const into of [new Float64Array(wanted.length), kernels.arena.allocate('float64', wanted.length)]) {
            expect(kernels.decodeRiceRows(from, 0, { ...rows, table }, into)).toBe(true)
            expectSame(into, wanted)
          }
    }
  },
)

test('rows that the memory has no room for are decoded all the same', () => {
  const coding = { bytepix: 2, blocksize: 32 } as const
  for (const width of [9_000, 200_000]) {
    const values = Int32Array.from({ length: width }, (_, i) => (i * i) % 1000)
    const bytes = encodeRice(values, coding)
    const cells = Array.from({ length: 5 }, () => ({ place: 0, length: bytes.length }))
    const found = new Float32Array(5 * width)
    expect(simd.decodeRiceRows(bytes, 0, rowsOf(cells, { coding }), found)).toBe(true)
    for (let row = 0; row < 5; row++)
      expectSame(found.subarray(row * width, (row + 1) * width), Float32Array.from(values))
  }
  const cells = Array.from({ length: 20_000 }, (_, row) => ({ place: row, length: 3 }))
  const span = { start: 0, end: 20_002, bytes: 60_000, longest: 3 }
  expect(simd.findRiceRows(rowsOf(cells, {}), 1)).toEqual(span)
})

test.each(all)('$implementation: refuses what is no table, and no room for whole rows', (kernels) => {
  const cell = { place: 0, length: 5 }
  const rows = rowsOf([cell, cell], { coding: { bytepix: 1, blocksize: 32 } })
  const { image, table } = rows
  const decode = (given: CodedRows, into = new Float32Array(8), start = 0) =>
    kernels.decodeRiceRows(new Uint8Array(10), start, given, into)
  expect(decode(rows)).toBe(true)
  const quantized = { kind: 'quantized', dithering: 'SUBTRACTIVE_DITHER_1', blank: undefined, firstSeed: 0 } as const
  for (const wrong of [
    { ...rows, table: table.subarray(1) },
    { ...rows, table: new Uint8Array(0) },
    { ...rows, first: -1 },
    { ...rows, image: { ...image, coding: { bytepix: 3 as 4, blocksize: 32 } } },
    { ...rows, image: { ...image, heap: { offset: 0, length: -1 } } },
    { ...rows, image: { ...image, table: { ...image.table, descriptor: 36 } } },
    { ...rows, image: { ...image, table: { ...image.table, descriptor: -1 } } },
    { ...rows, image: { ...image, values: { ...quantized, scaleAt: 36, zeroAt: 0 } } },
    { ...rows, image: { ...image, values: { ...quantized, scaleAt: 0, zeroAt: 0.5 } } },
    { ...rows, image: { ...image, values: { ...quantized, scaleAt: 0, zeroAt: 0, firstSeed: -1 } } },
  ]) {
    expect(() => decode(wrong)).toThrow(TypeError)
    expect(() => kernels.findRiceRows(wrong, 1)).toThrow(TypeError)
  }
  expect(() => decode(rows, new Float32Array(7))).toThrow(TypeError)
  expect(() => decode(rows, new Float32Array(0))).toThrow(TypeError)
  expect(() => decode(rows, undefined, -1)).toThrow(TypeError)
  expect(() => kernels.findRiceRows(rows, 0)).toThrow(TypeError)
})

/** A number cut to so many bytes: those of one byte have no sign. */
function cutTo(bytes: 1 | 2 | 4, value: number): number {
  return bytes === 1 ? value & 0xff : (value << (32 - 8 * bytes)) >> (32 - 8 * bytes)
}
