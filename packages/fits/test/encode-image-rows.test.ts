import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodeImageOptions, ImageCompression, PixelArray } from '../src/index.js'
import { encodeImage, encodeImageRows, findImage, openFits, readImage, writeImageRows } from '../src/index.js'
import { gaussian } from './gaussian.js'
import { joined } from './support.js'
import { faultsOf, tellMissing, tools } from './tools.js'

tellMissing('encode-image-rows.test.ts')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-rows-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return joined(all)
}

/** The array in parts that end anywhere. */
function* partsOf(data: PixelArray, lengths: readonly number[]): Generator<PixelArray, void> {
  for (let at = 0, i = 0; at < data.length; i++) {
    const length = lengths[i % lengths.length]!
    yield data.subarray(at, at + length)
    at += length
  }
}

const COMPRESSIONS: readonly ImageCompression[] = ['none', 'lossless', { quantize: 4 }]

const images = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 30 }))
  .chain(([planes, height, width]) =>
    fc.record({
      shape: fc.constantFrom([planes, height, width], [height, width], [width]),
      tile: fc.option(fc.tuple(fc.integer({ min: 1, max: height + 1 }), fc.integer({ min: 1, max: width + 1 }))),
      lengths: fc.array(fc.integer({ min: 1, max: 2 * width }), { minLength: 1, maxLength: 5 }),
      compression: fc.constantFrom(...COMPRESSIONS),
      checksum: fc.boolean(),
      type: fc.constantFrom(Float32Array, Float64Array, Uint16Array, Uint8Array, Int32Array),
    }),
  )

test('parts give the same file as the whole', { timeout: 60_000 }, async () => {
  const random = gaussian(4)
  await fc.assert(
    fc.asyncProperty(images, async ({ shape, tile, lengths, compression, checksum, type }) => {
      const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 100 + 9 * random())
      const pixels = new type(data)
      const size = { shape, width: shape.at(-1)!, height: shape.at(-2) ?? 1 }
      const options: EncodeImageOptions = { compression, checksum, ...(tile && { tile: tile.slice(-shape.length) }) }
      const whole = joined(encodeImage({ ...size, data: pixels }, options))
      const parts = encodeImageRows({ ...size, pixels: partsOf(pixels, lengths) }, options)
      expect(await collected(parts)).toEqual(whole)
    }),
    { seed: 8, numRuns: 150 },
  )
})

test.each(COMPRESSIONS)('refuses pixels that do not fill the image: %o', async (compression) => {
  const size = { width: 3, height: 2 }
  const encoded = (pixels: Iterable<PixelArray>) => collected(encodeImageRows({ ...size, pixels }, { compression }))
  await expect(encoded([])).rejects.toThrow('0 pixels do not fill')
  await expect(encoded([new Float32Array(5)])).rejects.toThrow('5 pixels do not fill')
  await expect(encoded([new Float32Array(3), new Float32Array(4)])).rejects.toThrow('more than the 6 pixels')
  await expect(encoded([new Float32Array(3), new Float64Array(3)])).rejects.toThrow(
    'Float32Array, then as Float64Array',
  )
  expect(() => encodeImageRows({ width: 3, height: 0, pixels: [] }, { compression })).toThrow(TypeError)
})

test('refuses tiles of several planes, which do not come together', () => {
  const cube = { width: 3, height: 2, shape: [4, 2, 3], pixels: [new Float32Array(24)] }
  expect(() => encodeImageRows(cube, { compression: 'lossless', tile: [2, 1, 3] })).toThrow(TypeError)
})

test('a file appears whole or not at all, and pixels are asked for no more after a failure', async () => {
  const place = join(folder, 'whole')
  await mkdir(place)
  let isClosed = false
  async function* failing() {
    try {
      yield new Float32Array(3)
      throw new Error('no more light')
    } finally {
      isClosed = true
    }
  }
  for (const compression of COMPRESSIONS) {
    const image = { width: 3, height: 2, pixels: failing() }
    await expect(writeImageRows(join(place, 'a.fits'), image, { compression })).rejects.toThrow('no more light')
    expect(isClosed).toBe(true)
  }
  expect(await readdir(place)).toEqual([])
})

test.each(COMPRESSIONS)('an aborted signal ends the taking of pixels: %o', async (compression) => {
  const place = await mkdtemp(join(folder, 'aborted-'))
  const end = new AbortController()
  let taken = 0
  function* rows() {
    for (; taken < 1000; taken++) {
      if (taken === 5) end.abort(new Error('enough'))
      yield new Float32Array(10)
    }
  }
  const image = { width: 10, height: 1000, pixels: rows() }
  const writing = writeImageRows(join(place, 'a.fits'), image, { compression, signal: end.signal })
  await expect(writing).rejects.toThrow('enough')
  expect(taken).toBe(5)
  expect(await readdir(place)).toEqual([])
})

const WIDTH = 8192
const HEIGHT = 4096

/** 128 MiB of sky, in one array of four rows that is used again and again. */
function* sky(): Generator<Float32Array, void> {
  const random = gaussian(5)
  const noise = Float32Array.from({ length: 3 * WIDTH }, () => 500 + 7 * random())
  const rows = new Float32Array(4 * WIDTH)
  for (let y = 0; y < HEIGHT; y += 4) {
    for (let row = 0; row < 4; row++) {
      const start = ((y + row) * 977) % (2 * WIDTH)
      rows.set(noise.subarray(start, start + WIDTH), row * WIDTH)
    }
    yield rows
  }
}

test.each([
  ['none', { compression: 'none', checksum: false }],
  ['none, with checksums', { compression: 'none', checksum: true }],
  ['lossless', { compression: 'lossless', checksum: true }],
  ['quantised', { compression: { quantize: 4 }, checksum: true }],
] as const)(
  'an image of 128 MiB is written in less than 100 MiB of memory: %s',
  { timeout: 180_000 },
  async (_, options) => {
    const path = join(folder, 'large.fits')
    const start = process.memoryUsage.rss()
    let most = 0
    function* watched() {
      for (const rows of sky()) {
        most = Math.max(most, process.memoryUsage.rss())
        yield rows
      }
    }
    await writeImageRows(path, { width: WIDTH, height: HEIGHT, pixels: watched() }, options)
    most = Math.max(most, process.memoryUsage.rss())
    expect((most - start) / 2 ** 20).toBeLessThan(100)
    await using fits = await openFits(path)
    const last = [...sky()].at(-1)!
    const read = await findImage(fits)!.readRows(HEIGHT - 4, HEIGHT)
    for (const [i, value] of last.entries()) {
      if (options.compression === 'none' || options.compression === 'lossless') expect(read[i]).toBe(value)
      else if (Math.abs(read[i]! - value) > 1.2) expect(read[i]).toBe(value)
    }
    if (options.checksum && tools.fitsverify) expect(await faultsOf(path)).toBe('')
    expect((await stat(path)).size).toBeLessThan(WIDTH * HEIGHT * 4 + 2880 * 2)
    await rm(path)
  },
)

test('an image of more than six axes stays as it is', async () => {
  const data = Int16Array.from({ length: 128 }, (_, i) => i)
  const size = { width: 4, height: 2, shape: [2, 2, 2, 2, 1, 2, 4] }
  const parts = encodeImageRows({ ...size, pixels: partsOf(data, [5]) }, { compression: 'lossless', checksum: true })
  expect(await collected(parts)).toEqual(joined(encodeImage({ ...size, data }, { checksum: true })))
})

test('writes a line', async () => {
  const path = join(folder, 'line.fits.fz')
  const data = Int16Array.from({ length: 5000 }, (_, i) => i % 300)
  const pixels = partsOf(data, [700])
  await writeImageRows(
    path,
    { width: 5000, height: 1, shape: [5000], pixels },
    { compression: 'lossless', tile: [1024] },
  )
  expect((await readImage(path)).data).toEqual(Float32Array.from(data))
})
