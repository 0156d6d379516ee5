import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import {
  CompressedTable,
  type Fits,
  findFaults,
  type Hdu,
  ImageHdu,
  openFits,
  unpackFile,
  unpackFits,
  verifyChecksums,
} from '../src/index.js'
import { codeOf, expected, fixture, fixtureBytes, hashOf } from './support.js'
import { tools } from './tools.js'

const folder = mkdtempSync(join(tmpdir(), 'unpack-fits-'))
afterAll(() => rmSync(folder, { recursive: true }))
if (!tools.fpack) console.warn('*** unpack-fits.test.ts is skipped in part: there is no fpack')

const PACKED = readdirSync(fixture('')).filter((name) => name.endsWith('.fits.fz'))

async function unpacked(bytes: Uint8Array): Promise<{ bytes: Uint8Array; fits: Fits }> {
  const pieces: Uint8Array[] = []
  for await (const piece of unpackFits(await openFits(bytes))) pieces.push(piece)
  const all = new Uint8Array(Buffer.concat(pieces))
  return { bytes: all, fits: await openFits(all) }
}

async function dataOf(hdu: Hdu): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of hdu.storedBytes('data')) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** What of a header does not depend on the program that wrote it. */
function cardsOf({ header }: Hdu): unknown[] {
  return header.cards
    .filter(({ keyword }) => !/^(?:CHECKSUM|DATASUM|COMMENT|FZ\w+)?$/.test(keyword))
    .map(({ keyword, value }) => [keyword, value])
}

test.each(PACKED.filter((name) => expected.images[name]))('%s has the same pixels, and nothing wrong', async (name) => {
  const { bytes, fits } = await unpacked(fixtureBytes(name))
  const images = fits.hdus.filter((hdu) => hdu instanceof ImageHdu).filter((hdu) => hdu.hasData)
  expect(fits.hdus.map(({ kind }) => kind)).not.toContain('compressed-image')
  expect(hashOf(await images[0]!.read())).toBe(expected.images[name]!.sha256)
  expect(bytes.length % 2880).toBe(0)
  const faults: string[] = []
  for await (const { level, message } of findFaults(fits)) if (level === 'error') faults.push(message)
  expect(faults).toEqual([])
})

/** Where funpack has NaN in the wrong places, which it has in tiles that are less wide than the image, and what it refuses. */
const MISREAD = /(?:dither\d|none)-tiles|uint(?:16|32)/

test.skipIf(!tools.fpack).each(PACKED.filter((name) => !MISREAD.test(name)))(
  '%s becomes what funpack makes of it',
  async (name) => {
    const path = join(folder, name)
    execFileSync('/usr/bin/funpack', ['-O', path, fixture(name)])
    const theirs = await openFits(new Uint8Array(readFileSync(path)))
    const { fits: ours } = await unpacked(fixtureBytes(name))
    expect(ours.hdus.map(cardsOf)).toEqual(theirs.hdus.map(cardsOf))
    for (const [place, hdu] of ours.hdus.entries()) {
      const other = theirs.hdus[place]!
      if (hdu instanceof ImageHdu && hdu.bitpix < 0) {
        expect(hashOf(await hdu.read())).toBe(hashOf(await (other as ImageHdu).read()))
      } else {
        expect((await dataOf(hdu)).equals(await dataOf(other))).toBe(true)
      }
    }
  },
)

test('tables become what they were', async () => {
  const { fits } = await unpacked(fixtureBytes('table-packed.fits.fz'))
  const theirs = await openFits(fixtureBytes('table-unpacked.fits'))
  expect(fits.hdus).toHaveLength(3)
  for (const [place, hdu] of fits.hdus.entries()) {
    expect(hdu).not.toBeInstanceOf(CompressedTable)
    expect((await dataOf(hdu)).equals(await dataOf(theirs.hdus[place]!))).toBe(true)
  }
})

test('what is not compressed stays as it is, and gets the padding it lacks', async () => {
  for (const name of ['extensions.fits', 'tables.fits', 'groups.fits', 'seven-axes.fits']) {
    const bytes = fixtureBytes(name)
    expect((await unpacked(bytes)).bytes).toEqual(bytes)
    expect((await unpacked(new Uint8Array(gzipSync(bytes)))).bytes).toEqual(bytes)
  }
  const image = fixtureBytes('uint8.fits')
  const hdu = (await openFits(image)).hdus[0]!
  const bare = image.subarray(0, hdu.dataOffset + hdu.dataLength)
  expect((await unpacked(bare)).bytes).toEqual(image)
})

test('an image that was the primary HDU, behind one with something in it, is an extension, with checksums of its own', async () => {
  const packed = fixtureBytes('rice-uint16.fits.fz')
  const { hdus } = await openFits(packed)
  const [, image] = hdus as [Hdu, ImageHdu]
  const marked = image.storedHeader.delete('ZTENSION').append('ZSIMPLE', true).append('ZEXTEND', true)
  const header = marked.append('ZHECKSUM', 'old').append('ZDATASUM', '1')
  const parts = [fixtureBytes('int16.fits'), header.format(), await dataOf(image)]
  const { fits } = await unpacked(new Uint8Array(Buffer.concat(parts)))
  expect(fits.hdus.map(({ kind }) => kind)).toEqual(['primary', 'image'])
  const keywords = fits.hdus[1]!.header.cards.map(({ keyword }) => keyword)
  expect(keywords.slice(0, 7)).toEqual(['XTENSION', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'PCOUNT', 'GCOUNT'])
  expect(keywords).not.toContain('EXTEND')
  expect(await (fits.hdus[1] as ImageHdu).read()).toEqual(await image.read())
  expect(await verifyChecksums(fits.hdus[1]!)).toEqual({ checksum: 'ok', datasum: 'ok' })
})

test('a file is written when it is complete, or not at all', async () => {
  const path = join(folder, 'out.fits')
  await unpackFile(fixture('rice-int16.fits.fz'), path)
  expect((await openFits(path)).hdus[0]!.kind).toBe('primary')
  const cut = join(folder, 'cut.fits')
  writeFileSync(cut, fixtureBytes('rice-int16.fits.fz').subarray(0, 6000))
  expect(await codeOf(unpackFile(cut, join(folder, 'never.fits')))).toBe('FITS_TRUNCATED')
  const broken = fixtureBytes('rice-int16.fits.fz')
  const { dataOffset } = (await openFits(broken)).hdus[1]!
  broken.fill(0x7f, dataOffset, dataOffset + 64)
  expect(await codeOf(unpackFile(broken, join(folder, 'never.fits')))).toBe('FITS_INVALID')
  expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([])
})
