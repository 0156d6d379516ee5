import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeJpeg, type PixelKernels } from '../src/index.js'
import { maxBlockBytes, stepsOf, ZIGZAG } from '../src/jpeg/jpeg-tables.js'
import { all, expectSame, noise, reference, simd } from './support.js'

/** Rows of blocks that are easily got wrong, and ordinary ones. */
function pixelsOf(kind: string, blocks: number, seed: number): Uint8Array {
  const values = noise(64 * blocks, seed)
  if (kind === 'ends') return Uint8Array.from(values, (value) => (value > 0 ? 255 : 0))
  if (kind === 'sparse') return Uint8Array.from(values, (value, i) => (i % 61 === seed % 61 ? value : 100))
  if (kind === 'flat') return new Uint8Array(64 * blocks).fill(seed)
  return Uint8Array.from(values, (value) => Math.max(0, Math.min(255, value * (seed % 5) + 128)))
}

function coded(kernels: PixelKernels, pixels: Uint8Array, quality: number): Uint8Array {
  const into = new Uint8Array(maxBlockBytes(pixels.length / 64))
  return into.slice(0, kernels.encodeBlocks(pixels, quality, into))
}

test('blocks of any pixels at any quality, against the reference', () => {
  const kinds = fc.constantFrom('ends', 'sparse', 'flat', 'noise')
  fc.assert(
    fc.property(
      kinds,
      fc.integer({ min: 1, max: 12 }),
      fc.nat(255),
      fc.integer({ min: 1, max: 100 }),
      (kind, blocks, seed, quality) => {
        const pixels = pixelsOf(kind, blocks, seed)
        expectSame(coded(simd, pixels, quality), coded(reference, pixels, quality))
      },
    ),
    { seed: 16, numRuns: 500 },
  )
})

test('a row that the arena has no room for is coded all the same', () => {
  const pixels = pixelsOf('noise', 1000, 3)
  expectSame(coded(simd, pixels, 90), coded(reference, pixels, 90))
})

test.each(all)('$implementation: refuses what is no row of blocks, no room, and no quality', (kernels) => {
  const [pixels, into] = [new Uint8Array(64), new Uint8Array(maxBlockBytes(1))]
  for (const quality of [0, 101, 2.5, Number.NaN])
    expect(() => kernels.encodeBlocks(pixels, quality, into)).toThrow(TypeError)
  expect(() => kernels.encodeBlocks(pixels.subarray(1), 80, into)).toThrow(TypeError)
  expect(() => kernels.encodeBlocks(new Uint8Array(0), 80, into)).toThrow(TypeError)
  expect(() => kernels.encodeBlocks(pixels, 80, into.subarray(1))).toThrow(TypeError)
})

test('the zigzag and the steps are those of the standard', () => {
  expect(ZIGZAG.slice(0, 10)).toEqual([0, 1, 8, 16, 9, 2, 3, 10, 17, 24])
  expect(ZIGZAG.slice(-4)).toEqual([47, 55, 62, 63])
  expect([...ZIGZAG].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i))
  expect(stepsOf(50).slice(0, 8)).toEqual([16, 11, 10, 16, 24, 40, 51, 61])
  expect(stepsOf(80).slice(0, 8)).toEqual([6, 4, 4, 6, 10, 16, 20, 24])
  expect(new Set(stepsOf(100))).toEqual(new Set([1]))
  expect(Math.max(...stepsOf(1))).toBe(255)
})

async function fileOf(width: number, height: number, kernels: PixelKernels): Promise<Uint8Array> {
  const pixels = Uint8Array.from(noise(width * height, 5), (value) => Math.max(0, Math.min(255, value + 128)))
  const pieces: Uint8Array[] = []
  for await (const piece of encodeJpeg({ width, height, bands: [pixels] }, { quality: 80, kernels })) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('a file has its size, and a restart marker behind each row of blocks but the last', async () => {
  const file = Buffer.from(await fileOf(19, 75, simd))
  expect(file.subarray(0, 4).toString('hex')).toBe('ffd8ffe0')
  expect(file.subarray(-2).toString('hex')).toBe('ffd9')
  const frame = file.indexOf(Buffer.from([0xff, 0xc0, 0, 11, 8]))
  expect([file.readUInt16BE(frame + 5), file.readUInt16BE(frame + 7)]).toEqual([75, 19])
  const scan = file.indexOf(Buffer.from([0xff, 0xda]))
  const markers = [...file.keys()].filter((at) => at > scan && file[at] === 0xff && file[at + 1] !== 0)
  expect(markers.slice(0, -1).map((at) => file[at + 1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0].map((n) => 0xd0 + n))
  expect(Buffer.from(await fileOf(19, 75, reference))).toEqual(file)
})

test('bands of any number of rows of blocks give the same file; others are refused', async () => {
  const [width, height] = [20, 50]
  const pixels = Uint8Array.from(noise(width * height, 6), (value) => Math.max(0, Math.min(255, value + 128)))
  const madeOf = async (...ends: number[]) => {
    const bands = ends.map((end, i) => pixels.subarray((ends[i - 1] ?? 0) * width, end * width))
    const pieces: Uint8Array[] = []
    for await (const piece of encodeJpeg({ width, height, bands }, { quality: 80, kernels: simd })) pieces.push(piece)
    return Buffer.concat(pieces).toString('hex')
  }
  const file = await madeOf(50)
  expect(await madeOf(8, 16, 24, 48, 50)).toBe(file)
  expect(await madeOf(40, 50)).toBe(file)
  for (const ends of [[49], [9, 50], [48], [8, 8.5, 50], []]) await expect(madeOf(...ends)).rejects.toThrow(TypeError)
})

test('refuses sides that no JPEG has', async () => {
  for (const [width, height] of [
    [0, 3],
    [65_536, 1],
    [2.5, 2],
  ] as const) {
    const picture = { width, height, bands: [new Uint8Array(width * height)] }
    await expect(encodeJpeg(picture, { quality: 80, kernels: simd }).next()).rejects.toThrow(TypeError)
  }
})
