import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ByteSource } from '../src/index.js'
import { findImage, type ImageHdu, openFits } from '../src/index.js'
import { codeOf, expected, fitsBytes, fixtureBytes } from './support.js'
import { tileFile } from './tile-file.js'

async function imageOf(name: string): Promise<ImageHdu> {
  return findImage(await openFits(fixtureBytes(name)))!
}

/** The box's values taken from those of the whole image, one by one. */
function cut(
  whole: ArrayLike<number>,
  shape: readonly number[],
  start: readonly number[],
  size: readonly number[],
): number[] {
  const values: number[] = []
  const visit = (axis: number, at: number) => {
    if (axis === shape.length) values.push(whole[at]!)
    else for (let i = 0; i < size[axis]!; i++) visit(axis + 1, at * shape[axis]! + start[axis]! + i)
  }
  visit(0, 0)
  return values
}

describe.each(Object.keys(expected.images))('%s', (name) => {
  test('has the same values in any section', async () => {
    const hdu = await imageOf(name)
    const whole = await hdu.read()
    const range = (length: number) =>
      fc.tuple(fc.nat(length - 1), fc.nat(length)).map(([from, size]) => [from, Math.min(size, length - from)] as const)
    await fc.assert(
      fc.asyncProperty(fc.tuple(...hdu.shape.map(range)), async (ranges) => {
        const start = ranges.map(([from]) => from)
        const shape = ranges.map(([, size]) => size)
        const values = await hdu.readSection({ start, shape })
        expect([...values]).toEqual(cut(whole, hdu.shape, start, shape))
      }),
      { seed: 41, numRuns: 12 },
    )
  })
})

test('pixels as they are stored are the physical ones without their scale', async () => {
  for (const name of [
    'uint8.fits',
    'int16.fits',
    'int32.fits',
    'float32.fits',
    'float64.fits',
    'hcompress-int32.fits.fz',
  ]) {
    const hdu = await imageOf(name)
    expect([...(await hdu.readStored())], name).toEqual([...(await hdu.read())])
  }
  const scaled = await imageOf('scaled.fits')
  const stored = await scaled.readStored()
  expect(stored).toBeInstanceOf(Int16Array)
  const { bscale, bzero, blank } = scaled.scale
  const physical = Float32Array.from(stored as Int16Array, (value) =>
    value === blank ? Number.NaN : value * bscale + bzero,
  )
  expect(physical).toEqual(await scaled.read())
  const unsigned = await imageOf('gzip2-uint16.fits.fz')
  expect([...(await unsigned.readStored())].map((value) => Number(value) + 32_768)).toEqual([
    ...(await unsigned.read()),
  ])
})

test('64-bit integers keep every bit when they are read as stored, also in part', async () => {
  const values = BigInt64Array.of(2n ** 62n + 1n, -(2n ** 63n), 7n, 2n ** 63n - 1n)
  const bytes = new Uint8Array(values.buffer.slice(0)).reverse()
  const cards = ['SIMPLE  = T', 'BITPIX  = 64', 'NAXIS   = 2', 'NAXIS1  = 2', 'NAXIS2  = 2', 'BZERO   = 5']
  const hdu = findImage(await openFits(fitsBytes(cards, bytes)))!
  expect(await hdu.readStored()).toEqual(values.slice().reverse())
  const section = { start: [0, 1], shape: [2, 1] }
  expect([...(await hdu.readStored({ section }))]).toEqual([7n, 2n ** 62n + 1n])
})

test('fills the array it is given', async () => {
  const hdu = await imageOf('cube.fits')
  const into = new Float32Array(10).fill(-1)
  const values = await hdu.readSection({ start: [1, 1, 0], shape: [1, 2, 3] }, into)
  expect(values.buffer).toBe(into.buffer)
  expect([...into]).toEqual([16, 17, 18, 20, 21, 22, -1, -1, -1, -1])
})

test('refuses a section that is not in the image', async () => {
  const hdu = await imageOf('cube.fits')
  const sections = [
    { start: [0, 0], shape: [1, 1] },
    { start: [0, 0, 0], shape: [1, 1] },
    { start: [0, 0, 0], shape: [3, 1, 1] },
    { start: [0, -1, 0], shape: [1, 1, 1] },
    { start: [0, 0, 3], shape: [1, 1, 2] },
    { start: [0, 0, 0.5], shape: [1, 1, 1] },
    { start: [0, 0, 0], shape: [1, 1, Number.NaN] },
  ]
  for (const section of sections) expect(await codeOf(hdu.readSection(section))).toBe('FITS_ARGUMENT')
  expect(await hdu.readSection({ start: [2, 3, 4], shape: [0, 0, 0] })).toHaveLength(0)
  const nothing = (await openFits(fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0']))).hdus[0] as ImageHdu
  expect(await codeOf(nothing.readSection({ start: [], shape: [] }))).toBe('FITS_ARGUMENT')
  expect(await nothing.read()).toHaveLength(0)
})

/** A source that counts what is read. */
function counted(bytes: Uint8Array): ByteSource & { count(): { reads: number; bytes: number } } {
  const data = Buffer.from(bytes)
  let seen = { reads: 0, bytes: 0 }
  return {
    size: data.length,
    identity: 'test',
    async read(offset, into) {
      const read = data.copy(into, 0, offset)
      seen = { reads: seen.reads + 1, bytes: seen.bytes + read }
      return read
    },
    async close() {},
    count() {
      const before = seen
      seen = { reads: 0, bytes: 0 }
      return before
    },
  }
}

test('reads the bytes of a section, and what lies between its rows where that is little', async () => {
  const cards = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 3', 'NAXIS1  = 100', 'NAXIS2  = 80', 'NAXIS3  = 5']
  const source = counted(fitsBytes(cards, new Uint8Array(100 * 80 * 5 * 2)))
  const hdu = (await openFits(source)).hdus[0] as ImageHdu
  expect(source.count().reads).toBe(1)
  await hdu.readSection({ start: [1, 10, 20], shape: [2, 30, 40] })
  expect(source.count()).toEqual({ reads: 1, bytes: (109 * 100 + 40) * 2 })
  await hdu.readSection({ start: [1, 10, 0], shape: [2, 30, 100] })
  expect(source.count()).toEqual({ reads: 1, bytes: (80 + 30) * 100 * 2 })
  await hdu.readSection({ start: [1, 0, 0], shape: [2, 80, 100] })
  expect(source.count()).toEqual({ reads: 1, bytes: 2 * 80 * 100 * 2 })
})

test('a cut-out of a far file takes few readings, none of them large', async () => {
  const [width, height] = [20_000, 300]
  const data = new Int16Array(width * height).map((_, i) => (i * 7919) % 30_011)
  const cards = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 2', `NAXIS1  = ${width}`, `NAXIS2  = ${height}`]
  const source = counted(fitsBytes(cards, new Uint8Array(Buffer.from(data.buffer.slice(0)).swap16())))
  const hdu = (await openFits(source)).hdus[0] as ImageHdu
  source.count()
  const section = { start: [20, 9000], shape: [250, 300] }
  const values = await hdu.readSection(section)
  const { reads, bytes } = source.count()
  expect(reads).toBe(3)
  expect(bytes).toBeLessThan(3 * 4 * 2 ** 20)
  const expected = Float32Array.from(values, (_, i) => data[(20 + Math.floor(i / 300)) * width + 9000 + (i % 300)]!)
  expect(values).toEqual(expected)
  expect(await hdu.readStored({ section })).toEqual(Int16Array.from(expected))
})

test('rows that are far apart are read one by one', async () => {
  const [width, height] = [300_000, 6]
  const data = new Uint8Array(width * height * 2).fill(1)
  const cards = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 2', `NAXIS1  = ${width}`, `NAXIS2  = ${height}`]
  const source = counted(fitsBytes(cards, data))
  const hdu = (await openFits(source)).hdus[0] as ImageHdu
  source.count()
  expect(await hdu.readSection({ start: [0, 5], shape: [6, 10] })).toEqual(new Float32Array(60).fill(257))
  expect(source.count()).toEqual({ reads: 6, bytes: 6 * 10 * 2 })
})

/** 4096 x 4096 pixels in tiles of 16 rows, that take a thousand bytes each. */
function largeImage(): Uint8Array {
  const cells = Array.from({ length: 256 }, () => new Uint8Array(12_000))
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells }]
  const cards = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`KEY${i}`, i]))
  return tileFile({ algorithm: 'RICE_1', bitpix: 16, axes: [4096, 4096], tile: [4096, 16], columns, cards })
}

test('the header of a large compressed image costs few bytes, and a section the tiles it touches', async () => {
  const source = counted(largeImage())
  const fits = await openFits(source)
  const hdu = fits.hdus[1] as ImageHdu
  expect(hdu.header.get('KEY299')).toBe(299)
  const opened = source.count()
  expect(opened.bytes).toBeLessThan(64 * 1024)
  await hdu.readRows(100, 101)
  expect(source.count()).toEqual({ reads: 2, bytes: 8 + 12_000 })
  await hdu.readRows(101, 112)
  expect(source.count()).toEqual({ reads: 0, bytes: 0 })
  await hdu.readSection({ start: [170, 1000], shape: [10, 10] })
  expect(source.count()).toEqual({ reads: 2, bytes: 2 * 8 + 2 * 12_000 })
})

/** 4096 x 4096 pixels in square tiles of 256 pixels, each of so many bytes. */
function squareTiles(tileBytes: number): Uint8Array {
  const cells = Array.from({ length: 256 }, () => new Uint8Array(tileBytes))
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells }]
  return tileFile({ algorithm: 'RICE_1', bitpix: 16, axes: [4096, 4096], tile: [256, 256], columns })
}

test.each([
  // With what lies between the rows of tiles: 4 x 16 of them, and 5.
  ['near', 12_000, { reads: 2, bytes: (4 * 16 + 5) * (8 + 12_000) }],
  ['far apart', 60_000, { reads: 6, bytes: (4 * 16 + 5) * 8 + 5 * 5 * 60_000 }],
])('a cut-out takes few readings where the rows of its tiles are %s', async (_, tileBytes, expected) => {
  const source = counted(squareTiles(tileBytes))
  const hdu = (await openFits(source)).hdus[1] as ImageHdu
  source.count()
  const [size, from] = [4 * 256 + 10, 3 * 256]
  expect(await hdu.readSection({ start: [from, from], shape: [size, size] })).toHaveLength(size * size)
  expect(source.count()).toEqual(expected)
})

test('a strip of a compressed image costs its tiles', async () => {
  const source = counted(squareTiles(60_000))
  const hdu = (await openFits(source)).hdus[1] as ImageHdu
  source.count()
  await hdu.readSection({ start: [0, 0], shape: [4096, 3] })
  expect(source.count()).toEqual({ reads: 17, bytes: (15 * 16 + 1) * 8 + 16 * 60_000 })
})
