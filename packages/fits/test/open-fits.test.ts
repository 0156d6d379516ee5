import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type ImageHdu, openFits } from '../src/index.js'
import { codeOf, fitsBytes, fixture, fixtureBytes } from './support.js'

test('lists the HDUs of a file, and finds them by place and name', async () => {
  await using fits = await openFits(fixture('extensions.fits'))
  expect(fits.hdus.map(({ index, kind, extname, shape }) => [index, kind, extname, shape])).toEqual([
    [0, 'primary', '', []],
    [1, 'image', 'FIRST', [3, 3]],
    [2, 'bintable', 'CAT', [4, 8]],
    [3, 'image', 'SCI', [6, 8]],
  ])
  expect(fits.hdu('sci')).toBe(fits.hdus[3])
  expect(fits.hdu(1)).toBe(fits.hdus[1])
  expect(fits.hdu('SCI', 2)).toBeUndefined()
  expect(fits.hdu('NONE')).toBeUndefined()
})

test.each([
  ['nothing', new Uint8Array(0), 'FITS_NOT_FITS', 'empty'],
  ['one byte', Uint8Array.of(1), 'FITS_NOT_FITS', 'unknown data (01)'],
  ['text', Buffer.from('Dear diary, '), 'FITS_NOT_FITS', 'text'],
  ['a page', Buffer.from('<!DOCTYPE html><p>'), 'FITS_NOT_FITS', 'an HTML page'],
  ['zeros', new Uint8Array(2880), 'FITS_NOT_FITS', 'zero bytes'],
  ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'FITS_NOT_FITS', 'a JPEG image'],
  ['an extension', Buffer.from("XTENSION= 'IMAGE   '"), 'FITS_NOT_FITS', 'without the primary HDU'],
  ['gzip of something else', gzipSync('x'), 'FITS_NOT_FITS', 'what the file inflates to'],
  ['gzip in gzip', gzipSync(gzipSync('x')), 'FITS_UNSUPPORTED', 'gunzip'],
  ['bzip2', Buffer.from('BZh91AY'), 'FITS_UNSUPPORTED', 'bunzip2'],
  ['LZW', Uint8Array.of(0x1f, 0x9d, 0x90), 'FITS_UNSUPPORTED', 'uncompress'],
])('names what is no FITS: %s', async (_, bytes, code, message) => {
  await expect(openFits(new Uint8Array(bytes))).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

test('a folder is no FITS file, and a missing file is what the system says', async () => {
  expect(await codeOf(openFits(tmpdir()))).toBe('FITS_NOT_FITS')
  expect(await codeOf(openFits(join(tmpdir(), 'no-such-file.fits')))).toBe('ENOENT')
})

const IMAGE = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 2', 'NAXIS1  = 4', 'NAXIS2  = 3']

function changed(from: string, to: string): Uint8Array {
  return fitsBytes(
    IMAGE.map((card) => (card.startsWith(from) ? to : card)).filter((card) => card !== ''),
    new Uint8Array(24),
  )
}

test.each([
  ['BITPIX', 'BITPIX  = 7', 'BITPIX'],
  ['NAXIS ', 'NAXIS   = -1', 'NAXIS'],
  ['NAXIS ', 'NAXIS   = 1000', 'NAXIS'],
  ['NAXIS ', "NAXIS   = '2'", 'NAXIS'],
  ['NAXIS ', 'NAXIS   = 3', 'NAXIS3'],
  ['NAXIS1', 'NAXIS1  = 4.5', 'NAXIS1'],
  ['NAXIS1', 'NAXIS1  = -4', 'NAXIS1'],
  ['NAXIS1', 'NAXIS1  = 9007199254740993', 'NAXIS1'],
  ['BITPIX', '', 'BITPIX'],
])('refuses a first header with %s as %j', async (from, to, keyword) => {
  await expect(openFits(changed(from, to))).rejects.toMatchObject({ code: 'FITS_INVALID', details: { keyword } })
})

test('refuses sizes whose product is no exact integer', async () => {
  const cards = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 2', 'NAXIS1  = 4294967296', 'NAXIS2  = 4294967296']
  expect(await codeOf(openFits(fitsBytes(cards)))).toBe('FITS_INVALID')
})

test('lists an image that is cut, and refuses to read it', async () => {
  const bytes = fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 1000000000000'])
  const fits = await openFits(bytes)
  const hdu = fits.hdus[0] as ImageHdu
  expect(hdu.error?.code).toBe('FITS_TRUNCATED')
  expect(hdu.header.get('NAXIS1')).toBe(1e12)
  expect(await codeOf(hdu.read())).toBe('FITS_TRUNCATED')
})

test('reads what stands before a cut or malformed HDU', async () => {
  const whole = fixtureBytes('extensions.fits')
  for (let length = 2880; length < whole.length; length += 1000) {
    const fits = await openFits(whole.subarray(0, length))
    const broken = fits.hdus.filter(({ error }) => error)
    expect(broken.length).toBeLessThanOrEqual(1)
    for (const hdu of fits.hdus) if (!hdu.error && 'read' in hdu) await (hdu as ImageHdu).read()
  }
})

test('reads files without padding, and with more behind', async () => {
  const whole = changed('none', '')
  const bare = await openFits(whole.subarray(0, 2880 + 24))
  expect(bare.hdus[0]!.error).toBeUndefined()
  const longer = await openFits(new Uint8Array(Buffer.concat([whole, Buffer.from('garbage '.repeat(500))])))
  expect(longer.hdus).toHaveLength(1)
})

test('refuses a header without END', async () => {
  const cards = Buffer.from('SIMPLE  = T'.padEnd(80) + 'A       = 1'.padEnd(80).repeat(1000))
  expect(await codeOf(openFits(new Uint8Array(cards)))).toBe('FITS_TRUNCATED')
})

test('reads a thousand HDUs', async () => {
  const primary = fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0'])
  const extension = fitsBytes(["XTENSION= 'IMAGE   '", 'BITPIX  = 8', 'NAXIS   = 0', 'PCOUNT  = 0', 'GCOUNT  = 1'])
  const fits = await openFits(new Uint8Array(Buffer.concat([primary, ...Array(1000).fill(extension)])))
  expect(fits.hdus).toHaveLength(1001)
})

test('closes a path twice without harm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const path = join(folder, 'a.fits')
  await writeFile(path, changed('none', ''))
  const fits = await openFits(path)
  await fits.close()
  await fits.close()
  await expect((fits.hdus[0] as ImageHdu).read()).rejects.toThrow()
  await rm(folder, { recursive: true })
})

test('skips random groups by their size', async () => {
  const fits = await openFits(fixtureBytes('groups.fits'))
  const [groups, image] = fits.hdus
  expect(groups).toMatchObject({ kind: 'groups', bitpix: -32, dataOffset: 2880, dataLength: 4 * 3 * (2 + 8) })
  expect(groups!.header.get('PTYPE2')).toBe('V')
  expect(image).toMatchObject({ kind: 'image', extname: 'AFTER', shape: [6, 8] })
  expect(await (image as ImageHdu).read()).toHaveLength(48)
})

test.each([
  ['GCOUNT  = 3', 4 * 3 * 10],
  ['GCOUNT  = 0', 0],
])('random groups with %s', async (gcount, length) => {
  const cards = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 3', 'NAXIS1  = 0', 'NAXIS2  = 4', 'NAXIS3  = 2']
  const fits = await openFits(fitsBytes([...cards, 'GROUPS  = T', 'PCOUNT  = 2', gcount], new Uint8Array(length)))
  expect(fits.hdus[0]).toMatchObject({ kind: 'groups', dataLength: length, error: undefined })
})

test('goes on behind an HDU that is malformed, where it says how long it is', async () => {
  const packed = Buffer.from(fixtureBytes('rice-int16.fits.fz')).toString('latin1')
  const broken = packed.replace(/ZBITPIX = {19}16/, 'ZBITPIX =                   13')
  expect(broken).not.toBe(packed)
  const extension = fitsBytes(["XTENSION= 'IMAGE'", 'BITPIX  = 8', 'NAXIS   = 0', "EXTNAME = 'LAST'"])
  const fits = await openFits(new Uint8Array(Buffer.concat([Buffer.from(broken, 'latin1'), extension])))
  expect(fits.hdus.map(({ error }) => error?.code)).toEqual([undefined, 'FITS_INVALID', undefined])
  expect(fits.hdu('LAST')?.index).toBe(2)
})

test('what is said of a file that is cut is true to the byte', async () => {
  const cut = 'the file is cut: '
  const header = (size: number) => `a header should end at byte 2880, but the file ends at byte ${size}`
  const data = (there: number) => `24 bytes of data should follow byte 2880, and ${there} do`
  const empty = fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0'])
  const image = changed('none', '')
  for (const [file, size, what] of [
    [empty, 4 * 80, header(320)],
    [empty, 2879, header(2879)],
    [image, 6 * 80, header(480)],
    [image, 2880, data(0)],
    [image, 2881, data(1)],
    [image, 2880 + 23, data(23)],
  ] as const) {
    const { hdus } = await openFits(file.subarray(0, size))
    const error = { code: 'FITS_TRUNCATED', message: `${cut}${what}; fetch it again`, details: { offset: size } }
    expect(hdus[0]!.error).toMatchObject(error)
    const packed = await openFits(new Uint8Array(gzipSync(file.subarray(0, size))))
    expect(packed.hdus[0]!.error).toMatchObject(error)
  }
})

test.each([
  ['an HDU without data', fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0'])],
  ['data of no pixels', fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 2', 'NAXIS1  = 0', 'NAXIS2  = 5'])],
  ['data without padding', changed('none', '').subarray(0, 2880 + 24)],
])('%s is whole', async (_, file) => {
  for (const bytes of [file, new Uint8Array(gzipSync(file))]) {
    expect((await openFits(bytes)).hdus.map(({ error }) => error)).toEqual([undefined])
  }
})

test.each([[null], [undefined], [{}], [1n], [true]])('%s is no HDU', async (which) => {
  await using fits = await openFits(fixture('extensions.fits'))
  expect(() => fits.hdu(which as unknown as number)).toThrow(/is no HDU; give its place, counted from 0, or its name/)
})
