import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PixelArray } from '../src/index.js'
import { encodeImage, findImage, Header, openFits, readImage, writeImage } from '../src/index.js'
import { bytesOf, codeOf, fixtureBytes, joined } from './support.js'

const run = promisify(execFile)
const TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
]

test.each(TYPES.map((type) => [type.name, type] as const))('%s reads back as it was written', async (_, type) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 8, maxLength: 200 }), async (random) => {
      const bytes = random.slice(0, Math.floor(random.length / 8) * 8)
      const data = new type(bytes.buffer)
      const file = joined(encodeImage({ data, width: data.length, height: 1 }))
      expect(file.length % 2880).toBe(0)
      const values = await findImage(await openFits(file))!.read()
      expect(Array.from(values)).toEqual(Array.from(data as ArrayLike<number | bigint>, Number))
    }),
    { seed: 5, numRuns: 60 },
  )
})

test('the data are only read, and NaN keeps its bits', () => {
  const data = new Float32Array(Uint32Array.of(0x7fc01234, 0x3f800000).buffer)
  const before = bytesOf(data).slice()
  const file = joined(encodeImage({ data, width: 2, height: 1 }))
  expect(bytesOf(data)).toEqual(before)
  expect(Buffer.from(file.subarray(2880, 2888)).toString('hex')).toBe('7fc012343f800000')
})

test('replaces the old layout in the header, and keeps the rest', async () => {
  const stored = (await openFits(fixtureBytes('rice-int16.fits.fz'))).hdus[1]!.storedHeader
  const header = stored.set('BSCALE', 2).set('BLANK', 1).set('CHECKSUM', 'x').set('OBJECT', 'M13').addHistory('made')
  const image = await readImage(joined(encodeImage({ data: new Float32Array(6), width: 3, height: 2, header })))
  expect(image.header.cards.map(({ keyword }) => keyword)).toEqual([
    'SIMPLE',
    'BITPIX',
    'NAXIS',
    'NAXIS1',
    'NAXIS2',
    'OBJECT',
    'HISTORY',
  ])
})

test('writes cubes', async () => {
  const data = Float64Array.from({ length: 24 }, (_, i) => i)
  const fits = await openFits(joined(encodeImage({ data, width: 4, height: 3, shape: [2, 3, 4] })))
  const hdu = findImage(fits)!
  expect(hdu.shape).toEqual([2, 3, 4])
  expect(await hdu.read()).toEqual(data)
})

test('refuses pixels that do not fill the frame', () => {
  expect(() => encodeImage({ data: new Float32Array(5), width: 3, height: 2 })).toThrow(TypeError)
  expect(() => encodeImage({ data: new Float32Array(0), width: 0, height: 2 })).toThrow(TypeError)
  expect(() => encodeImage({ data: new Float32Array(6), width: 3, height: 2, shape: [6] })).toThrow(TypeError)
})

test('refuses what is no array of pixels, and more axes than FITS has', () => {
  for (const data of [
    [1, 2, 3, 4, 5, 6],
    undefined,
    new DataView(new ArrayBuffer(6)),
    new Uint8ClampedArray(6),
    'pixels',
  ]) {
    const work = () => encodeImage({ data: data as unknown as Float32Array, width: 3, height: 2 })
    expect(work).toThrow(
      expect.objectContaining({ code: 'FITS_ARGUMENT', message: expect.stringContaining('typed array') }),
    )
  }
  const image = { data: new Uint8Array(6), width: 3, height: 2 }
  expect(() => encodeImage({ ...image, shape: [...new Array<number>(998).fill(1), 2, 3] })).toThrow('is no shape')
  expect(() => encodeImage({ ...image, shape: 6 as unknown as number[] })).toThrow('6 is no shape')
})

test('a Buffer is bytes, in tiles, too', () => {
  const data = Buffer.from(Uint8Array.from({ length: 400 }, (_, i) => i))
  const image = { width: 20, height: 20 }
  const options = { compression: 'lossless', tile: [7, 8] } as const
  expect(joined(encodeImage({ ...image, data }, options))).toEqual(
    joined(encodeImage({ ...image, data: new Uint8Array(data) }, options)),
  )
})

test('a file appears whole or not at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const image = { data: new Float32Array(600_000).fill(1.5), width: 1000, height: 600 }
  await writeImage(join(folder, 'a.fits'), image)
  expect((await readImage(join(folder, 'a.fits'))).data).toEqual(image.data)
  expect(await codeOf(writeImage(join(folder, 'b.fits'), image, { signal: AbortSignal.abort() }))).not.toBe('resolved')
  expect(await readdir(folder)).toEqual(['a.fits'])
  await rm(folder, { recursive: true })
})

const FITSVERIFY = '/usr/bin/fitsverify'

test.skipIf(!existsSync(FITSVERIFY))('fitsverify finds nothing to say', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const header = new Header()
    .set('OBJECT', "O'Hara", 'with a comment')
    .set(
      'LONG',
      "it's a long string & more of it, ".repeat(8),
      'a comment that is rather long too, so that it needs a card',
    )
    .set('ESO DET gain', 1.5, '[e/ADU]')
    .set('TINY', -1.5e-300)
    .addHistory('x'.repeat(200))
  for (const type of TYPES) {
    const path = join(folder, `${type.name}.fits`)
    await writeImage(path, { data: new type(2000) as PixelArray, width: 50, height: 40, header })
    const { stdout } = await run(FITSVERIFY, [path])
    expect(stdout).toContain('Verification found 0 warning(s) and 0 error(s)')
  }
  await rm(folder, { recursive: true })
})

const PYTHON = '/usr/bin/python3'
const hasAstropy = existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import astropy.io.fits']).status === 0

const PRINT_PIXELS = `
import sys
from astropy.io import fits
for path in sys.argv[1:]:
    data, header = fits.getdata(path, header=True)
    little = data.astype(data.dtype.newbyteorder('<'))
    print(data.dtype.name, little.tobytes().hex(), header['LONG'], header['HIERARCH ESO DET gain'], repr(header['TINY']))
`

test.skipIf(!hasAstropy)('astropy reads the same bits', { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const long = "it's long, ".repeat(20).trim()
  const header = new Header().set('LONG', long).set('ESO DET gain', 1.5).set('TINY', -1.5e-300)
  const written: string[] = []
  const paths: string[] = []
  for (const type of TYPES) {
    const data = new type(Uint8Array.from({ length: 96 }, (_, i) => (i * 89 + 31) % 256).buffer) as PixelArray
    paths.push(join(folder, `${type.name}.fits`))
    await writeImage(paths.at(-1)!, { data, width: data.length / 4, height: 4, header })
    const name = type.name.replace('Array', '').replace('Big', '').toLowerCase()
    written.push(`${name} ${Buffer.from(bytesOf(data)).toString('hex')} ${long} 1.5 -1.5e-300`)
  }
  const { stdout } = await run(PYTHON, ['-c', PRINT_PIXELS, ...paths])
  expect(stdout.trim().split('\n')).toEqual(written)
  await rm(folder, { recursive: true })
})
