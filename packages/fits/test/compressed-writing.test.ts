import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImageCompression, PixelArray } from '../src/index.js'
import {
  encodeImage,
  findFaults,
  findImage,
  Header,
  openFits,
  readImage,
  stripHeader,
  verifyChecksums,
  writeImage,
} from '../src/index.js'
import { gaussian } from './gaussian.js'
import { bytesOf, joined } from './support.js'
import { faultsOf, fpack, funpack, python, tellMissing, tools } from './tools.js'

tellMissing('compressed-writing.test.ts')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fits-compressed-'))
})
afterAll(() => rm(folder, { recursive: true }))

const INTEGERS = [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array]
const FLOATS = [Float32Array, Float64Array]
const WIDE = [BigInt64Array, BigUint64Array]
const MODES: readonly ImageCompression[] = ['lossless', { quantize: 4 }]

const HEADER = new Header()
  .set('OBJECT', "O'Hara", 'with a comment')
  .set(
    'LONG',
    "it's a long string & more of it, ".repeat(8).trim(),
    'a comment that is rather long too, so that it needs a card',
  )
  .set('ESO DET gain', 1.5, '[e/ADU]')
  .set('TINY', -1.5e-300)
  .addHistory('x'.repeat(200))
  .addComment('of the frame')

/** A sky with noise; floats have NaN here and there, where it is not to be whole. */
function frame(
  type: new (length: number) => PixelArray,
  length: number,
  { seed = 1, isWhole = false }: { seed?: number; isWhole?: boolean } = {},
): PixelArray {
  const random = gaussian(seed)
  const data = new type(length)
  const isFloat = data instanceof Float32Array || data instanceof Float64Array
  for (let i = 0; i < length; i++) {
    const value = Math.max(0, 60 + 5 * random() + (i % 97 === 0 ? 60 : 0))
    if (isFloat) data[i] = i % 53 === 7 && !isWhole ? Number.NaN : value
    else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(Math.round(value))
    else data[i] = Math.round(value)
  }
  return data
}

async function storedOf(file: Uint8Array | string) {
  await using fits = await openFits(file)
  return await findImage(fits)!.readStored()
}

/** The pixels as they are stored, which those of unsigned types are with the other sign. */
async function plainStored(data: PixelArray, width: number, height: number, shape: readonly number[]) {
  return storedOf(joined(encodeImage({ data, width, height, shape })))
}

/** An image of up to four axes, of any bytes, and the shape of its tiles. */
const shapes = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc.tuple(fc.constant(shape), fc.option(fc.tuple(...shape.map((n) => fc.integer({ min: 1, max: n + 2 }))))),
  )

test.each([...INTEGERS, ...FLOATS, ...WIDE].map((type) => [type.name, type] as const))(
  'lossless: %s reads back as it was written, in tiles of any shape',
  { timeout: 60_000 },
  async (_, type) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), fc.boolean(), async ([shape, tile], seed, isRandom) => {
        const length = shape.reduce((a, b) => a * b, 1)
        const bytes = Uint8Array.from(
          { length: length * type.BYTES_PER_ELEMENT },
          (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24,
        )
        const data = (isRandom ? new type(bytes.buffer) : frame(type, length, { seed })) as PixelArray
        const image = { data, shape, width: shape.at(-1)!, height: shape.at(-2) ?? 1 }
        const file = joined(encodeImage(image, { compression: 'lossless', ...(tile && { tile }) }))
        expect(file.length % 2880).toBe(0)
        const read = await storedOf(file)
        expect(bytesOf(read)).toEqual(bytesOf(await plainStored(data, image.width, image.height, shape)))
      }),
      { seed: 5, numRuns: 60 },
    )
  },
)

test.each(FLOATS.map((type) => [type.name, type] as const))(
  'quantised: %s stays near what it was, in tiles of any shape',
  { timeout: 60_000 },
  async (_, type) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), async ([shape, tile], seed) => {
        const data = frame(
          type,
          shape.reduce((a, b) => a * b, 1),
          { seed },
        ) as Float32Array
        const image = { data, shape, width: shape.at(-1)!, height: shape.at(-2) ?? 1 }
        const file = joined(encodeImage(image, { compression: { quantize: 4 }, ...(tile && { tile }) }))
        const read = (await storedOf(file)) as Float32Array
        // Of noise of 5 a step is about 1; of the few pixels of small tiles it may be far less.
        for (const [i, before] of data.entries()) {
          if (Number.isNaN(before)) expect(read[i]).toBeNaN()
          else expect(Math.abs(read[i]! - before)).toBeLessThan(30)
        }
      }),
      { seed: 6, numRuns: 60 },
    )
  },
)

test('integers are not quantised', async () => {
  const image = { data: frame(Int16Array, 400), width: 20, height: 20 }
  expect(joined(encodeImage(image, { compression: { quantize: 4 } }))).toEqual(
    joined(encodeImage(image, { compression: 'lossless' })),
  )
})

test('64-bit integers stay as they are: nobody else reads them from tiles', async () => {
  const image = { data: frame(BigInt64Array, 400), width: 20, height: 20 }
  expect(joined(encodeImage(image, { compression: 'lossless' }))).toEqual(joined(encodeImage(image)))
})

test.each(MODES)('images of up to six axes are compressed, others stay as they are: %o', async (compression) => {
  const data = frame(Float32Array, 2 ** 7, { isWhole: true })
  for (const axes of [6, 7, 9]) {
    const shape = [...new Array<number>(axes - 6).fill(1), 2, 2, 2, 2, 2, 4]
    const image = { data, shape, width: 4, height: 2 }
    const path = join(folder, `axes-${axes}.fits`)
    await writeImage(path, image, { compression, checksum: true })
    await using fits = await openFits(path)
    const hdu = findImage(fits)!
    expect(hdu.kind).toBe(axes === 6 ? 'compressed-image' : 'primary')
    expect(hdu.shape).toEqual(shape)
    if (axes > 6 || compression === 'lossless') expect(await hdu.read()).toEqual(data)
    if (tools.fitsverify) expect(await faultsOf(path)).toBe('')
  }
})

test('the same image gives the same file, and its data are only read', () => {
  const data = frame(Float32Array, 10_000)
  const before = bytesOf(data).slice()
  const [first, second] = [0, 1].map(() =>
    joined(encodeImage({ data, width: 100, height: 100 }, { compression: { quantize: 4 } })),
  )
  expect(first).toEqual(second)
  expect(bytesOf(data)).toEqual(before)
})

test('the header is restored to what it would have been without compression', async () => {
  for (const compression of MODES) {
    for (const checksum of [false, true]) {
      const image = { data: frame(Uint16Array, 600), width: 30, height: 20, header: HEADER }
      await using plain = await openFits(joined(encodeImage(image, { checksum })))
      await using fits = await openFits(joined(encodeImage(image, { checksum, compression })))
      const hdu = findImage(fits)!
      expect(Buffer.from(hdu.header.format()).toString('latin1')).toBe(
        Buffer.from(plain.hdus[0]!.header.format()).toString('latin1'),
      )
      expect(stripHeader(hdu.storedHeader).cards).toEqual(stripHeader(hdu.header).cards)
      for await (const fault of findFaults(fits)) expect(fault).toBeUndefined()
      for (const one of fits.hdus) {
        const state = checksum ? 'ok' : 'absent'
        expect(await verifyChecksums(one)).toMatchObject({ checksum: state, datasum: state })
      }
    }
  }
})

test('a tile that cannot be quantised is kept as it is', async () => {
  const data = frame(Float32Array, 2000) as Float32Array
  data.fill(1234.5678, 100, 200)
  data[333] = Number.POSITIVE_INFINITY
  const path = join(folder, 'fallback.fits.fz')
  await writeImage(
    path,
    { data, width: 100, height: 20, header: HEADER },
    { compression: { quantize: 4 }, checksum: true },
  )
  const { data: read } = await readImage(path)
  expect(read.subarray(100, 200)).toEqual(data.subarray(100, 200))
  expect(bytesOf(read.subarray(300, 400))).toEqual(bytesOf(data.subarray(300, 400)))
  if (tools.fitsverify) expect(await faultsOf(path)).toBe('')
})

test('refuses what is no compression, and no tile', () => {
  const image = { data: new Float32Array(6), width: 3, height: 2 }
  for (const compression of ['rice', { quantize: 0 }, { quantize: Number.NaN }, {}] as ImageCompression[]) {
    expect(() => encodeImage(image, { compression })).toThrow(TypeError)
  }
  for (const tile of [[0, 1], [1.5], [1, 1, 3]]) {
    expect(() => encodeImage(image, { compression: 'lossless', tile })).toThrow(TypeError)
  }
})

/**
 * Every type with each compression, with checksums and without, in rows and in other tiles: the file's path, and its type.
 *
 * Other tiles miss no pixels: of those that are quantised, funpack 4.2 misplaces the rows, also where fpack has written them.
 */
async function* written({ isWhole = false } = {}) {
  for (const type of [...INTEGERS, ...FLOATS, ...WIDE]) {
    for (const [m, compression] of MODES.entries()) {
      for (const [t, tile] of [undefined, [7, 30]].entries()) {
        const image = {
          data: frame(type, 64 * 50, { isWhole: isWhole || t === 1 }),
          width: 64,
          height: 50,
          header: HEADER,
        }
        const path = join(folder, `${type.name}-${m}-${t}.fits.fz`)
        await writeImage(path, image, { compression, checksum: t === 0, ...(tile && { tile }) })
        yield { path, type }
      }
    }
  }
}

test.skipIf(!tools.fitsverify)('fitsverify finds nothing to say', { timeout: 60_000 }, async () => {
  for await (const { path } of written()) expect(await faultsOf(path)).toBe('')
})

test.skipIf(!tools.fpack)('funpack makes the same pixels of it', { timeout: 60_000 }, async () => {
  for await (const { path, type } of written()) {
    if (WIDE.includes(type as never)) continue
    const plain = join(folder, 'plain.fits')
    await rm(plain, { force: true })
    await funpack(path, plain)
    // Of NaN, which has many forms, funpack makes its own.
    expect(await storedOf(plain)).toEqual(await storedOf(path))
    const { header } = await readImage(plain)
    expect([header.get('LONG'), header.get('ESO DET gain')]).toEqual([HEADER.get('LONG'), 1.5])
    if (tools.fitsverify) expect(await faultsOf(plain)).toBe('')
  }
})

const PRINT_PIXELS = `
import hashlib, sys
import numpy as np
from astropy.io import fits
for path in sys.argv[1:]:
    data = fits.getdata(path)
    if data.dtype.kind == 'f':
        data = data.copy()
        data[np.isnan(data)] = np.nan
    print(hashlib.sha256(data.astype(data.dtype.newbyteorder('<')).tobytes()).hexdigest())
`

/** The pixels as astropy has them, with one NaN. */
async function hashOfPixels(path: string, type: { readonly name: string }): Promise<string> {
  const { createHash } = await import('node:crypto')
  await using fits = await openFits(path)
  const values = await findImage(fits)!.read()
  const data =
    type.name === 'Int8Array' ? Int8Array.from(values) : type.name === 'Uint16Array' ? Uint16Array.from(values) : values
  const typed = type.name.startsWith('Float')
    ? values.map((v) => (Number.isNaN(v) ? Number.NaN : v))
    : new (TYPE_OF[type.name] ?? Float64Array)(data)
  return createHash('sha256')
    .update(bytesOf(typed as PixelArray))
    .digest('hex')
}

const TYPE_OF: Readonly<Record<string, new (values: ArrayLike<number>) => PixelArray>> = Object.fromEntries(
  INTEGERS.map((type) => [type.name, type]),
)

test.skipIf(!tools.astropy)('astropy reads the same bits', { timeout: 60_000 }, async () => {
  const paths: string[] = []
  const hashes: string[] = []
  // Where a quantised pixel is missing, astropy 5.2 gives what its integer would mean, whoever wrote the file.
  for await (const { path, type } of written({ isWhole: true })) {
    // It takes signed bytes for floats.
    if (WIDE.includes(type as never) || type === Int8Array) continue
    paths.push(path)
    hashes.push(await hashOfPixels(path, type))
  }
  expect((await python(PRINT_PIXELS, ...paths)).trim().split('\n')).toEqual(hashes)
})

/** Without NaN in the first tile: its checksum is the seed, and fpack takes that after it has replaced them. */
function frameForFpack(type: new (length: number) => PixelArray, hasNaN: boolean): PixelArray {
  const data = frame(type, 200 * 150, { seed: 9, isWhole: true })
  if (hasNaN && (data instanceof Float32Array || data instanceof Float64Array)) {
    for (let i = 200 * 40; i < data.length; i += 41) data[i] = Number.NaN
    data.fill(7, 200 * 80, 200 * 81)
  }
  return data
}

const PRINT_TABLE = `
import hashlib, sys
from astropy.io import fits
for path in sys.argv[1:]:
    with fits.open(path, disable_image_compression=True) as hdus:
        table = hdus[1].data
        # The bytes of gzip are another matter: zlib has several versions.
        columns = [(name, b''.join(cell.tobytes() for cell in table[name])) for name in table.names[:3]]
        hashes = [(name, hashlib.sha256(bytes).hexdigest()) for name, bytes in columns]
        print(hdus[1].header.get('ZDITHER0'), table.names, hashes)
`

test.skipIf(!tools.astropy || !tools.fpack)(
  'the table is that of fpack, byte for byte',
  { timeout: 180_000 },
  async () => {
    for (const type of [Float32Array, Float64Array, Uint16Array]) {
      // The last is longer than the sequence of random numbers.
      for (const tile of [
        [1, 200],
        [16, 32],
        [150, 200],
      ]) {
        const image = { data: frameForFpack(type, tile[0]! < 150), width: 200, height: 150 }
        const [plain, ours, theirs] = ['plain.fits', 'ours.fits.fz', 'theirs.fits.fz'].map((name) => join(folder, name))
        for (const path of [plain, ours, theirs]) await rm(path!, { force: true })
        await writeImage(plain!, image)
        await writeImage(ours!, image, { compression: { quantize: 4 }, tile })
        await fpack(plain!, theirs!, '-qt', '4', '-t', [...tile].reverse().join())
        const [one, other] = (await python(PRINT_TABLE, ours!, theirs!)).trim().split('\n')
        expect(one).toBe(other)
      }
    }
  },
)

test('a whole file of bytes is what is written', async () => {
  const image = { data: frame(Float32Array, 600), width: 30, height: 20 }
  const path = join(folder, 'bytes.fits.fz')
  await writeFile(path, joined(encodeImage(image, { compression: 'lossless' })))
  expect(bytesOf((await readImage(path)).data)).toEqual(bytesOf(image.data))
})
