import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import {
  encodeImage,
  type Fits,
  type Hdu,
  Header,
  ImageHdu,
  openFits,
  type PackOptions,
  type PixelArray,
  packFile,
  packFits,
  unpackFits,
  verifyChecksums,
} from '../src/index.js'
import { bytesOf, codeOf, fitsBytes, fixture, fixtureBytes, joined } from './support.js'
import { faultsOf, funpack, tellMissing, tools } from './tools.js'

const folder = mkdtempSync(join(tmpdir(), 'pack-fits-'))
afterAll(() => rmSync(folder, { recursive: true }))
tellMissing('pack-fits.test.ts')

const PLAIN = readdirSync(fixture('')).filter((name) => /^(?!zscale|table).*\.fits$/.test(name))

async function bytesFrom(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return joined(all)
}

async function packed(bytes: Uint8Array, options?: PackOptions): Promise<{ bytes: Uint8Array; fits: Fits }> {
  const all = await bytesFrom(packFits(await openFits(bytes), options))
  return { bytes: all, fits: await openFits(all) }
}

async function backAgain(bytes: Uint8Array): Promise<Uint8Array> {
  return bytesFrom(unpackFits(await openFits(bytes)))
}

function cardsOf({ header }: Hdu): unknown[] {
  return header.cards.map(({ keyword, value }) => [keyword, value])
}

test.each(PLAIN)('%s comes back as it was', async (name) => {
  const original = await openFits(fixtureBytes(name))
  const { bytes, fits } = await packed(fixtureBytes(name))
  const back = await openFits(await backAgain(bytes))
  expect(back.hdus.map(cardsOf)).toEqual(original.hdus.map(cardsOf))
  for (const [place, hdu] of original.hdus.entries()) {
    const other = back.hdus[place]!
    const isSame = joinedData(hdu).then(async (data) => data.equals(await joinedData(other)))
    expect(await isSame).toBe(true)
  }
  for (const hdu of fits.hdus) expect(Object.values(await verifyChecksums(hdu))).not.toContain('bad')
})

async function joinedData(hdu: Hdu): Promise<Buffer> {
  return Buffer.from(await bytesFrom(hdu.storedBytes('data')))
}

test('images are compressed, whatever HDU they are in; 64-bit integers are not', async () => {
  const kinds = async (name: string) => (await packed(fixtureBytes(name))).fits.hdus.map(({ kind }) => kind)
  expect(await kinds('int16.fits')).toEqual(['primary', 'compressed-image'])
  expect(await kinds('int64.fits')).toEqual(['primary'])
  expect(await kinds('extensions.fits')).toContain('compressed-image')
  expect(await kinds('rice-int16.fits.fz')).toEqual(['primary', 'compressed-image'])
})

test
  .skipIf(!tools.fitsverify || !tools.fpack)
  .each(['int16.fits', 'scaled.fits', 'extensions.fits', 'cube.fits', 'line.fits'])(
  'fitsverify and funpack take %s',
  async (name) => {
    const { bytes } = await packed(fixtureBytes(name))
    const [path, back] = [join(folder, `${name}.fz`), join(folder, `back-${name}`)]
    writeFileSync(path, bytes)
    expect(await faultsOf(path)).toBe('')
    await funpack(path, back)
    const theirs = await openFits(new Uint8Array(readFileSync(back)))
    const original = await openFits(fixtureBytes(name))
    expect(theirs.hdus).toHaveLength(original.hdus.length)
    for (const [place, hdu] of original.hdus.entries()) {
      if (hdu instanceof ImageHdu) expect(await (theirs.hdus[place] as ImageHdu).read()).toEqual(await hdu.read())
    }
  },
)

test('any pixels come back bit for bit, and floats in steps within half of one', async () => {
  const pixels = fc.oneof(
    fc.int16Array({ minLength: 12, maxLength: 12 }),
    fc.uint16Array({ minLength: 12, maxLength: 12 }),
    fc.int32Array({ minLength: 12, maxLength: 12 }),
    fc.uint8Array({ minLength: 12, maxLength: 12 }),
    fc.float32Array({ minLength: 12, maxLength: 12 }),
    fc.float64Array({ minLength: 12, maxLength: 12 }),
  )
  await fc.assert(
    fc.asyncProperty(pixels, fc.constantFrom([3, 4], [12, 1], [2, 2, 3]), async (data, shape) => {
      const [height, width] = shape.slice(-2) as [number, number]
      const header = new Header().set('OBJECT', "it's").append('HIERARCH ESO X Y', 4)
      const image = { data: data as PixelArray, width, height, shape, header }
      const bytes = joined([...encodeImage(image)])
      expect(bytesOf(await backAgain((await packed(bytes)).bytes))).toEqual(bytesOf(bytes))
    }),
    { seed: 41, numRuns: 150 },
  )
})

test('floats are quantised on request', async () => {
  const noise = Float32Array.from({ length: 6400 }, (_, i) => 1000 + Math.sin(i * i) * 10)
  const bytes = joined([...encodeImage({ data: noise, width: 80, height: 80 })])
  const { fits } = await packed(bytes, { compression: { quantize: 4 } })
  const image = fits.hdus[1] as ImageHdu
  expect(image.storedHeader.get('ZQUANTIZ')).toBe('SUBTRACTIVE_DITHER_1')
  const values = await image.read()
  expect(values).not.toEqual(noise)
  expect(values.every((value, i) => Math.abs(value - noise[i]!) < 3)).toBe(true)
  expect(await codeOf(packed(bytes, { compression: { quantize: -1 } }))).toBe('FITS_ARGUMENT')
})

test('a packed file is written when it is complete, or not at all', async () => {
  const path = join(folder, 'out.fits.fz')
  await packFile(fixture('int16.fits'), path)
  expect((await openFits(path)).hdus[1]!.kind).toBe('compressed-image')
  const cut = fixtureBytes('float32.fits').subarray(0, 2980)
  expect(await codeOf(packFile(cut, join(folder, 'never.fits.fz')))).toBe('FITS_TRUNCATED')
  const ended = { signal: AbortSignal.abort(new Error('enough')) }
  await expect(packFile(fixture('int16.fits'), join(folder, 'never.fits.fz'), ended)).rejects.toThrow('enough')
  expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([])
})

test('images of more than six axes stay as they are', async () => {
  const data = Int16Array.from({ length: 128 }, (_, i) => i)
  const shape = [2, 2, 2, 2, 1, 2, 4]
  const bytes = joined(encodeImage({ data, shape, width: 4, height: 2 }))
  expect((await packed(bytes)).bytes).toEqual(bytes)
})

test('BLOCKED, which belongs to no extension, is kept under another name', async () => {
  const cards = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 1', 'NAXIS1  = 4', 'EXTEND  = T', 'BLOCKED = T']
  const { bytes, fits } = await packed(fitsBytes(cards, new Uint8Array(8)))
  expect(fits.hdus[1]!.storedHeader.get('ZBLOCKED')).toBe(true)
  expect(fits.hdus[1]!.storedHeader.has('BLOCKED')).toBe(false)
  const back = await openFits(await backAgain(bytes))
  expect(back.hdus[0]!.header.get('BLOCKED')).toBe(true)
})
