import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Header, type ImageHdu, openFits } from '../src/index.js'
import { codeOf, fixtureBytes } from './support.js'

/** The fixture with cards of its compressed HDU set to other values. */
async function altered(name: string, changes: Record<string, number | string>): Promise<Uint8Array> {
  const bytes = fixtureBytes(name)
  const fits = await openFits(bytes)
  const hdu = fits.hdus[1]!
  const header = Object.entries(changes).reduce((all, [keyword, value]) => all.set(keyword, value), hdu.storedHeader)
  const head = header.format()
  return new Uint8Array(Buffer.concat([bytes.subarray(0, hdu.headerOffset), head, bytes.subarray(hdu.dataOffset)]))
}

async function readAltered(changes: Record<string, number | string>): Promise<unknown> {
  const fits = await openFits(await altered('rice-int16.fits.fz', changes))
  const hdu = fits.hdus[1] as ImageHdu
  return hdu.error ? hdu.error.code : codeOf(hdu.read())
}

test.each([
  [{ ZCMPTYPE: 'HCOMPRESS_1' }, 'FITS_INVALID'],
  [{ ZCMPTYPE: 'BZIP2_1' }, 'FITS_UNSUPPORTED'],
  [{ ZVAL1: 0 }, 'FITS_INVALID'],
  [{ ZVAL2: 7 }, 'FITS_INVALID'],
  [{ ZVAL2: 8 }, 'FITS_UNSUPPORTED'],
  [{ ZBITPIX: 13 }, 'FITS_INVALID'],
  [{ ZTILE1: 0 }, 'FITS_INVALID'],
  [{ ZTILE2: -5 }, 'FITS_INVALID'],
  [{ ZTILE2: 1 }, 'FITS_INVALID'],
  [{ ZNAXIS1: 1_000_000_000 }, 'FITS_INVALID'],
  [{ ZNAXIS2: 2 ** 52 }, 'FITS_INVALID'],
  [{ THEAP: 0 }, 'FITS_INVALID'],
  [{ TFORM1: '1PZ' }, 'FITS_INVALID'],
  [{ TFORM1: '2PB' }, 'FITS_INVALID'],
  [{ PCOUNT: 10 ** 12 }, 'FITS_TRUNCATED'],
  [{ PCOUNT: 100 }, 'FITS_INVALID'],
])('refuses %j with %s', async (changes, code) => {
  expect(await readAltered(changes)).toBe(code)
})

test('restores the header of the image', async () => {
  const fits = await openFits(fixtureBytes('rice-uint16.fits.fz'))
  const hdu = fits.hdu('COMPRESSED_IMAGE')!
  expect(hdu.storedHeader.get('XTENSION')).toBe('BINTABLE')
  expect(hdu.header.cards.slice(0, 5).map(({ keyword, value }) => [keyword, value])).toEqual([
    ['XTENSION', 'IMAGE'],
    ['BITPIX', 16],
    ['NAXIS', 2],
    ['NAXIS1', 40],
    ['NAXIS2', 30],
  ])
  expect(hdu.header.cards.filter(({ keyword }) => /^(Z|T[FT])/.test(keyword))).toEqual([])
  expect(hdu.header.get('BZERO')).toBe(32768)
})

/** A compressed image of one 2 x 3 int16 tile that RICE did not code, in the column given. */
function fallback(column: string, form: string, tile: Uint8Array): Uint8Array {
  const header = new Header()
    .set('XTENSION', 'BINTABLE')
    .set('BITPIX', 8)
    .set('NAXIS', 2)
    .set('NAXIS1', 16)
    .set('NAXIS2', 1)
    .set('PCOUNT', tile.length)
    .set('GCOUNT', 1)
    .set('TFIELDS', 2)
    .set('TTYPE1', 'COMPRESSED_DATA')
    .set('TFORM1', '1PB')
    .set('TTYPE2', column)
    .set('TFORM2', `1P${form}`)
    .set('ZIMAGE', true)
    .set('ZCMPTYPE', 'RICE_1')
    .set('ZBITPIX', 16)
    .set('ZNAXIS', 2)
    .set('ZNAXIS1', 3)
    .set('ZNAXIS2', 2)
    .set('ZTILE1', 3)
    .set('ZTILE2', 2)
  const row = new DataView(new ArrayBuffer(16))
  row.setInt32(8, form === 'I' ? tile.length / 2 : tile.length)
  const primary = new Header().set('SIMPLE', true).set('BITPIX', 8).set('NAXIS', 0).format()
  return new Uint8Array(Buffer.concat([primary, header.format(), new Uint8Array(row.buffer), tile]))
}

const raw = Uint8Array.of(0, 1, 0, 2, 0, 3, 255, 255, 255, 254, 255, 253)

test.each([
  ['UNCOMPRESSED_DATA', 'I', raw],
  ['GZIP_COMPRESSED_DATA', 'B', new Uint8Array(gzipSync(raw))],
])('reads a tile from %s', async (column, form, tile) => {
  const fits = await openFits(fallback(column, form, tile))
  expect([...(await (fits.hdus[1] as ImageHdu).read())]).toEqual([1, 2, 3, -1, -2, -3])
})

test.each([
  ['a bomb', new Uint8Array(gzipSync(new Uint8Array(1_000_000)))],
  ['too short', new Uint8Array(gzipSync(raw.subarray(2)))],
  ['no gzip', raw],
])('refuses a gzip tile that is %s', async (_, tile) => {
  const fits = await openFits(fallback('GZIP_COMPRESSED_DATA', 'B', tile))
  expect(await codeOf((fits.hdus[1] as ImageHdu).read())).toBe('FITS_INVALID')
})
