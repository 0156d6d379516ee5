import { expect, test } from 'vitest'
import { encodeImage, findFaults, openFits } from '../src/index.js'
import { fitsBytes, fixtureBytes, joined } from './support.js'
import { be, bytes, tableBytes } from './table-support.js'

async function faultsIn(content: Uint8Array): Promise<string[]> {
  const fits = await openFits(content)
  const found: string[] = []
  for await (const { hdu, level, message } of findFaults(fits)) found.push(`${hdu} ${level}: ${message}`)
  return found
}

test.each(['extensions.fits', 'tables.fits', 'rice-dither1-tiles.fits.fz', 'header.fits', 'rice-fallback.fits.fz'])(
  'finds nothing wrong with %s but what stands there twice',
  async (name) => {
    expect((await faultsIn(fixtureBytes(name))).filter((fault) => !fault.includes('DUP'))).toEqual([])
  },
)

const PRIMARY = ['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0']

test.each([
  [
    ['SIMPLE  = F', 'BITPIX  = 8', 'NAXIS   = 0'],
    '0 warning: SIMPLE is F: the file says itself that it departs from the standard',
  ],
  [['SIMPLE  = T', 'NAXIS   = 0', 'BITPIX  = 8'], '0 error: card 2 is NAXIS, but must be BITPIX'],
  [[...PRIMARY, 'A       = 1', 'A       = 2'], '0 warning: A stands there 2 times; the first counts'],
  [[...PRIMARY, "A       = 'open"], "0 error: card 4, A, cannot be read: no closing quote: 'open"],
  [[...PRIMARY, "A       = '\xe9'"], '0 error: card 4, A, holds characters outside printable ASCII'],
  [
    [...PRIMARY, 'lower   = 1'],
    '0 error: card 4, lower, has other characters in its keyword than A-Z, 0-9, "-" and "_"',
  ],
])('headers: %j', async (cards, fault) => {
  expect(await faultsIn(fitsBytes(cards))).toEqual([fault])
})

test('BLANK with floats', async () => {
  const cards = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 1', 'NAXIS1  = 1', 'BLANK   = 0']
  expect(await faultsIn(fitsBytes(cards, new Uint8Array(4)))).toEqual(['0 warning: BLANK means nothing for floats'])
})

test('tables: columns, cells, shapes and texts', async () => {
  expect(await faultsIn(tableBytes({ forms: ['2J'], rows: [new Uint8Array(4)] }))).toEqual([
    '1 error: the columns fill 8 bytes of a row, but NAXIS1 is 4',
  ])
  const row = bytes(be('int32', 9, 9), be('int32', 1, 2), '\xe9')
  const broken = tableBytes({ forms: ['PJ(1)', '2J', 'A'], rows: [row], cards: ["TDIM2   = '(3,5)'"] })
  expect(await faultsIn(broken)).toEqual([
    '1 error: a cell of column A points to 36 bytes at 9 of a heap of 0 bytes',
    '1 warning: TDIM2 does not fit column B, and is left out of account',
    '1 error: column C holds characters outside printable ASCII',
  ])
})

test('data: cut, not padded, changed, and tiles that cannot be decoded', async () => {
  const image = { data: new Int16Array(6), width: 3, height: 2 }
  const file = joined(encodeImage(image, { checksum: true }))
  expect(await faultsIn(file.subarray(0, 2880 + 12))).toEqual([
    '0 error: the last block of its data lacks 2868 bytes of padding',
  ])
  expect(await faultsIn(file.subarray(0, 2880 + 11))).toEqual([expect.stringContaining('0 error: the file is cut')])
  expect(await faultsIn(file.map((byte, i) => (i === 2885 ? 1 : byte)))).toEqual([
    '0 error: the data are not those its DATASUM was made of',
    '0 error: header and data are not those its CHECKSUM was made of',
  ])
  const compressed = fixtureBytes('rice-int16.fits.fz')
  const { dataOffset, shape } = (await openFits(compressed)).hdus[1]!
  expect(shape).toEqual([30, 40])
  compressed.fill(0x7f, dataOffset, dataOffset + 8)
  expect((await faultsIn(compressed))[0]).toContain('1 error: a cell of column COMPRESSED_DATA points to')
})
