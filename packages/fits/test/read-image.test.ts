import { expect, test } from 'vitest'
import { findImage, findTable, openFits, readImage, readTable } from '../src/index.js'
import { memorySource } from '../src/memory-source.js'
import { fitsBytes, fixture, fixtureBytes } from './support.js'

test('chooses SCI, else the first image with data, else what is asked for', async () => {
  expect(await readImage(fixture('extensions.fits'))).toMatchObject({ width: 8, height: 6 })
  expect(await readImage(fixture('extensions.fits'), { hdu: 1 })).toMatchObject({ width: 3, height: 3 })
  expect(await readImage(fixture('rice-int16.fits.fz'))).toMatchObject({ width: 40, height: 30 })
  expect((await readImage(fixture('line.fits'))).height).toBe(1)
})

test('says what is there when the image is not', async () => {
  const file = fixtureBytes('extensions.fits')
  await expect(readImage(file, { hdu: 'XYZ' })).rejects.toMatchObject({
    code: 'FITS_INVALID',
    message: expect.stringContaining('0 primary, 1 image FIRST, 2 bintable CAT, 3 image SCI'),
  })
  await expect(readImage(fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0']))).rejects.toMatchObject({
    code: 'FITS_INVALID',
  })
})

test('a cube is read plane by plane', async () => {
  const file = fixtureBytes('cube.fits')
  await expect(readImage(file)).rejects.toMatchObject({
    code: 'FITS_UNSUPPORTED',
    message: 'HDU 0 is a cube of 2 planes; choose one by { plane: 0 }, or read all with openFits',
  })
  const hdu = findImage(await openFits(file))!
  const all = await hdu.read()
  const size = hdu.width * hdu.height
  for (const plane of [0, 1]) {
    const image = await readImage(file, { plane })
    expect(image).toMatchObject({ width: hdu.width, height: hdu.height })
    expect(image.data).toEqual(all.slice(plane * size, (plane + 1) * size))
  }
  for (const plane of [2, -1, Number.NaN]) {
    await expect(readImage(file, { plane })).rejects.toMatchObject({ code: 'FITS_ARGUMENT' })
  }
})

test('of HDUs of one name the version is chosen', async () => {
  const versions = [1, 2, 3].map((n) => extension("EXTNAME = 'SCI'", `EXTVER  = ${n}`, `NUMBER  = ${n}`))
  const file = together(fitsBytes(PRIMARY), ...versions)
  const number = async (options: object) => (await readImage(file, options)).header.get('NUMBER')
  expect(await number({})).toBe(1)
  expect(await number({ hdu: 'sci' })).toBe(1)
  expect(await number({ hdu: 'sci', extver: 3 })).toBe(3)
  const fits = await openFits(file)
  expect(findImage(fits, 'SCI', 2)!.index).toBe(2)
  expect(findImage(fits, 'SCI', 4)).toBeUndefined()
  expect(findImage(fits, 3)!.header.get('NUMBER')).toBe(3)
  expect(findTable(fits, 3)).toBeUndefined()
  expect(findTable(await openFits(fixtureBytes('extensions.fits')), 'CAT')!.index).toBe(2)
  await expect(number({ hdu: 'SCI', extver: 4 })).rejects.toMatchObject({
    code: 'FITS_INVALID',
    message: expect.stringContaining('in HDU "SCI", 4; its HDUs are: 0 primary, 1 image SCI, 2 image SCI 2'),
  })
  for (const options of [{ extver: 1 }, { hdu: 1, extver: 1 }, { hdu: 'SCI', extver: '1' }]) {
    await expect(number(options)).rejects.toMatchObject({ code: 'FITS_ARGUMENT' })
  }
})

test('an image that is cut says so', async () => {
  const file = fixtureBytes('float32.fits').subarray(0, 2900)
  expect(findImage(await openFits(file))!.error?.code).toBe('FITS_TRUNCATED')
  await expect(readImage(file)).rejects.toMatchObject({ code: 'FITS_TRUNCATED' })
})

const PRIMARY = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0', "OBJECT  = 'M13'", 'EXPTIME = 30']

function extension(...cards: string[]): Uint8Array {
  const image = [
    "XTENSION= 'IMAGE'",
    'BITPIX  = 8',
    'NAXIS   = 2',
    'NAXIS1  = 3',
    'NAXIS2  = 2',
    'PCOUNT  = 0',
    'GCOUNT  = 1',
  ]
  return fitsBytes([...image, ...cards], new Uint8Array(6))
}

function together(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

test('the header is the one with what it inherits', async () => {
  const own = await readImage(together(fitsBytes(PRIMARY), extension('EXPTIME = 60')))
  expect(own.header.has('OBJECT')).toBe(false)
  const file = together(fitsBytes(PRIMARY), extension('INHERIT = T', 'EXPTIME = 60'))
  const { header } = await readImage(file)
  expect([header.get('OBJECT'), header.get('EXPTIME'), header.get('NAXIS1')]).toEqual(['M13', 60, 3])
  const table = [
    "XTENSION= 'BINTABLE'",
    'BITPIX  = 8',
    'NAXIS   = 2',
    'NAXIS1  = 1',
    'NAXIS2  = 1',
    'PCOUNT  = 0',
    'GCOUNT  = 1',
  ]
  const cards = [...table, 'TFIELDS = 1', "TFORM1  = 'B'", "TTYPE1  = 'X'", 'INHERIT = T']
  const read = await readTable(together(fitsBytes(PRIMARY), fitsBytes(cards, new Uint8Array(1))))
  expect(read.header.get('OBJECT')).toBe('M13')
})

/** Where a file was read last. */
function watched(bytes: Uint8Array) {
  const source = memorySource(bytes)
  const seen = { end: 0 }
  const read = async (offset: number, into: Uint8Array) => {
    const length = await source.read(offset, into)
    seen.end = Math.max(seen.end, offset + length)
    return length
  }
  return { seen, source: { ...source, read } }
}

test.each([
  ['its place', { hdu: 1 }],
  ['its name', { hdu: 'first' }],
  ['SCI', {}],
])('a file is looked through no further than the image that is asked for by %s', async (_, options) => {
  const name = 'hdu' in options ? 'FIRST' : 'SCI'
  const start = together(fitsBytes(PRIMARY), extension(`EXTNAME = '${name}'`))
  const far = Array.from({ length: 100 }, () => extension("EXTNAME = 'FAR'"))
  const { source, seen } = watched(together(start, ...far))
  expect(await readImage(source, options)).toMatchObject({ width: 3, height: 2 })
  expect(seen.end).toBeLessThanOrEqual(8 * 2880)
})

test('what comes behind the image that is asked for may be broken', async () => {
  const file = together(fitsBytes(PRIMARY), extension("EXTNAME = 'SCI'"), extension('BITPIX  = 8').subarray(0, 1000))
  expect(await readImage(file)).toMatchObject({ width: 3 })
  await expect(readImage(file, { hdu: 2 })).rejects.toMatchObject({ code: 'FITS_TRUNCATED' })
})

test.each([[-1], [0.5], [Number.NaN], [null], [{}], [true], [1n]])('refuses %s as an HDU', async (hdu) => {
  const wrong = { hdu: hdu as unknown as number }
  const refused = { code: 'FITS_ARGUMENT', message: expect.stringMatching(/^hdu is .+, but must be a place/) }
  await expect(readImage(fixture('int16.fits'), wrong)).rejects.toMatchObject(refused)
  await expect(readTable(fixture('extensions.fits'), wrong)).rejects.toMatchObject(refused)
})

test('refuses options that are none', async () => {
  const wrong = [
    null,
    3,
    'SCI',
    { signal: 5 },
    { maxTileBytes: -1 },
    { maxInflatedBytes: '1' },
    { temporaryFolder: '/tmp' },
  ]
  for (const options of wrong) {
    await expect(readImage(fixture('int16.fits'), options as object)).rejects.toMatchObject({ code: 'FITS_ARGUMENT' })
    await expect(readTable(fixture('extensions.fits'), options as object)).rejects.toMatchObject({
      code: 'FITS_ARGUMENT',
    })
    await expect(openFits(fixture('int16.fits'), options as object)).rejects.toMatchObject({ code: 'FITS_ARGUMENT' })
  }
})
