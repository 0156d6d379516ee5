import { gzipSync } from 'node:zlib'
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

function behind(hdu: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([fitsBytes(PRIMARY), hdu]))
}

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
  expect(await faultsIn(fitsBytes(cards, new Uint8Array(4)))).toEqual([
    '0 error: card 5, BLANK, means nothing for floats',
  ])
})

test('tables: columns, cells, shapes and texts', async () => {
  expect(await faultsIn(tableBytes({ forms: ['2J'], rows: [new Uint8Array(4)] }))).toEqual([
    '1 error: the columns fill 8 bytes of a row, but NAXIS1 is 4',
  ])
  const row = bytes(be('int32', 9, 9), be('int32', 1, 2), '\xe9')
  const broken = tableBytes({ forms: ['PJ(1)', '2J', 'A'], rows: [row], cards: ["TDIM2   = '(3,5)'"] })
  expect(await faultsIn(broken)).toEqual([
    '1 error: TDIM2 names 15 elements, but column 2 has 2 in a row; it is left out of account',
    '1 error: a cell of column A points to 36 bytes at 9 of a heap of 0 bytes',
    '1 error: column C holds characters outside printable ASCII',
  ])
})

const IMAGE = ['SIMPLE  = T', 'BITPIX  = 16', 'NAXIS   = 1', 'NAXIS1  = 4']
const EXTENSION = ["XTENSION= 'IMAGE   '", ...IMAGE.slice(1)]

test.each([
  [['NAXIS1  = 4'], 'card 5, NAXIS1, stands there already'],
  [['NAXIS2  = 4'], 'card 5, NAXIS2, is beyond the axes that NAXIS tells'],
  [['PCOUNT  = 0'], 'card 5, PCOUNT, does not belong to a primary array'],
  [["TTYPE1  = 'A'"], 'card 5, TTYPE1, belongs to tables only'],
  [['PSCAL1  = 1.0'], 'card 5, PSCAL1, belongs to random groups only'],
  [['END     = 1'], 'card 5, END, ends the header for other readers'],
  [["CRPIX1  = 'x'"], "card 5, CRPIX1, is 'x', but must be a number"],
  [['TELESCOP= 1'], 'card 5, TELESCOP, is 1, but must be a string'],
  [['EXTVER  = 1.0'], 'card 5, EXTVER, is 1, but must be an integer'],
  [['EXTEND  = (1.0, 2.0)'], 'card 5, EXTEND, is a complex number, but must be T or F'],
  [['DATE    = T'], 'card 5, DATE, is T, but must be a date as YYYY-MM-DD or YYYY-MM-DDThh:mm:ss'],
  [['A       = 1.5e10'], 'card 5, A, has a lower-case exponent'],
  [['CD1_1   = 1.0', 'PC1_1   = 1.0'], 'PC1_1 and CD1_1 exclude each other'],
  [['CROTA2  = 1.0', 'PC1_1   = 1.0'], 'PC1_1 and CROTA2 exclude each other'],
  [['CDELT1A = 0.0'], 'CDELT1A is 0'],
  [['CRPIX1B = 1.0', 'WCSAXESB= 1'], 'WCSAXESB must come before CRPIX1B'],
  [['WCSAXES = 1', 'PC1_2   = 1.0'], 'PC1_2 is of axis 2, but WCSAXES is 1'],
])('reserved keywords of an image: %j', async (cards, fault) => {
  expect(await faultsIn(fitsBytes([...IMAGE, ...cards], new Uint8Array(8)))).toEqual([`0 error: ${fault}`])
})

test.each([
  ["DATE-OBS= '2020-02-29T11:47:00.5'"],
  ["HIERARCH DATE = 'tomorrow'"],
  ['DATE    ='],
  ['WCSAXES = 2', 'CRPIX2  = 1', 'CD1_1   = 1.0', 'CROTA2  = 1.0', 'PC1_1A  = 1.0'],
  ['BLANK   = -1', 'BSCALE  = 1', "BUNIT   = 'adu'"],
  ["COMMENT DATE = 'tomorrow'"],
])('nothing is wrong with %j', async (...cards) => {
  expect(await faultsIn(fitsBytes([...IMAGE, ...cards], new Uint8Array(8)))).toEqual([])
})

test.each([
  [['GCOUNT  = 1', 'PCOUNT  = 0'], 8, ['card 5 is GCOUNT, but must be PCOUNT']],
  [['PCOUNT  = 2', 'GCOUNT  = 1'], 12, ['PCOUNT is 2, but must be 0']],
  [['PCOUNT  = 0', 'GCOUNT  = 2'], 16, ['GCOUNT is 2, but must be 1']],
  [['PCOUNT  = 0', 'GCOUNT  = 1', 'EXTEND  = T'], 8, ['card 7, EXTEND, belongs to no extension']],
])('mandatory keywords of an extension: %j', async (cards, length, faults) => {
  const file = behind(fitsBytes([...EXTENSION, ...cards], new Uint8Array(length)))
  expect(await faultsIn(file)).toEqual(faults.map((fault) => `1 error: ${fault}`))
})

test('the form of mandatory keywords', async () => {
  const inFree = (card: string, place: number) =>
    Buffer.from(fitsBytes(IMAGE, new Uint8Array(8))).fill(card.padEnd(80), place, place + 80)
  expect(await faultsIn(inFree('BITPIX  = 16', 80))).toEqual([
    '0 error: BITPIX is not in the fixed format of mandatory keywords',
  ])
  const cards = ["XTENSION= 'IMAGE'", ...IMAGE.slice(1), 'PCOUNT  = 0', 'GCOUNT  = 1']
  expect(await faultsIn(behind(fitsBytes(cards, new Uint8Array(8))))).toEqual([
    '1 error: XTENSION is not in the fixed format of mandatory keywords',
  ])
  expect(await faultsIn(behind(fitsBytes(["XTENSION= 'NEWS    '", ...cards.slice(1)], new Uint8Array(8))))).toEqual([
    "1 error: XTENSION is 'NEWS', which is no registered extension",
  ])
})

test('what fills blocks, and what is behind them', async () => {
  const file = fitsBytes(IMAGE, new Uint8Array(8))
  const withByte = (place: number, byte: number) => faultsIn(file.map((old, i) => (i === place ? byte : old)))
  expect(await withByte(4 * 80 + 79, 65)).toEqual(['0 error: the END card has other characters than blanks behind END'])
  expect(await withByte(2879, 0)).toEqual(['0 error: the last block of its header is not filled with blanks'])
  expect(await withByte(2888, 32)).toEqual(['0 error: the last block of its data is not filled with zeros'])
  const more = (length: number, byte = 0) => Buffer.concat([file, Buffer.alloc(length, byte)])
  const behindFault = '0 error: what follows it, from byte 5760 of the file on, is no HDU'
  for (const bytes of [more(1), more(2880), more(28_800, 65), Buffer.concat([file, file])]) {
    expect(await faultsIn(bytes)).toEqual([behindFault])
    expect(await faultsIn(gzipSync(bytes))).toEqual([behindFault])
  }
  expect(await faultsIn(gzipSync(file))).toEqual([])
  expect(await faultsIn(fitsBytes(PRIMARY).subarray(0, 320))).toEqual([
    '0 error: the file is cut: a header should end at byte 2880, but the file ends at byte 320; fetch it again',
  ])
})

test('of a file whose HDUs were not all listed, the others are not in its way', async () => {
  await using fits = await openFits(fixtureBytes('extensions.fits'), { count: 1 })
  for await (const fault of findFaults(fits)) expect(fault).toBeUndefined()
})

test('an ASCII table is filled with blanks, and its reals have a decimal point', async () => {
  const header = [
    ...[
      "XTENSION= 'TABLE   '",
      'BITPIX  = 8',
      'NAXIS   = 2',
      'NAXIS1  = 6',
      'NAXIS2  = 2',
      'PCOUNT  = 0',
      'GCOUNT  = 1',
    ],
    ...['TFIELDS = 1', "TTYPE1  = 'A'", "TFORM1  = 'F6.2'", 'TBCOL1  = 1'],
  ]
  const withRows = (rows: string, ...cards: string[]) =>
    faultsIn(behind(fitsBytes([...header, ...cards], Buffer.from(rows.padEnd(2880)))))
  expect(await withRows('  3.50      ')).toEqual([])
  expect(await withRows('  3.50   350')).toEqual(['1 warning: column A holds reals without a decimal point'])
  expect(await faultsIn(behind(fitsBytes(header, Buffer.from('  3.50  4.50'))))).toEqual([
    '1 error: the last block of its data is not filled with blanks',
  ])
  expect(await withRows('  3.50  4.50', "TDIM1   = '(1)'")).toEqual([
    '1 error: card 12, TDIM1, does not belong to an ASCII table',
  ])
  expect(await withRows('  3.50  4.50', 'TNULL1  = 1')).toEqual(['1 error: TNULL1 is 1, but must be a string'])
})

test.each([
  ['2J', ["TDIM1   = '(1)'"], ['1 warning: TDIM1 names 1 of the 2 elements of column 1; the others mean nothing']],
  ['2J', ["TDIM1   = '(2'"], ["1 error: TDIM1 is '(2', which is no shape such as (3,5)"]],
  ['2J', ['BSCALE  = 1.0'], ['1 error: card 11, BSCALE, does not belong to a table']],
  ['2J', ['TBCOL1  = 1'], ['1 error: card 11, TBCOL1, does not belong to a binary table']],
  ['2J', ['THEAP   = 8'], ['1 error: card 11, THEAP, names a heap, but PCOUNT is 0']],
  ['2J', ["TUNIT2  = 'm'"], ['1 error: TUNIT2 is of column 2, but TFIELDS is 1']],
  ['2J', ["TNULL1  = '1'"], ['1 error: TNULL1 must be an integer']],
  ['2E', ['TNULL1  = 1'], ['1 error: TNULL1 means nothing for a column that holds no integers']],
  ['8A', ['TSCAL1  = 2.0'], ["1 error: TSCAL1 scales a column of '8A', which holds no numbers"]],
  ['D', ["TDISP1  = 'I5'"], ["1 error: TDISP1 is 'I5', which is no format for a column of 'D'"]],
  ['2J', ["TDISP1  = 'EN12.3'"], []],
  ['2Jx', [], ["1 error: TFORM1 is '2Jx', which is no column format"]],
  ['8A', [], []],
])('columns: %s, %j', async (form, cards, faults) => {
  expect(await faultsIn(tableBytes({ forms: [form], rows: [new Uint8Array(8)], cards }))).toEqual(faults)
})

test('fields: logicals, bits, and lengths of cells', async () => {
  const row = (bits: number, count: number) => bytes('T', 'F', '\0', Uint8Array.of(bits), be('int32', count, 0))
  const forms = ['3L', '3X', '1PL(2)']
  const heap = bytes('TF\0')
  expect(await faultsIn(tableBytes({ forms, rows: [row(0xe0, 2)], heap }))).toEqual([])
  expect(await faultsIn(tableBytes({ forms, rows: [row(0xe0, 1), row(0xf0, 3)], heap }))).toEqual([
    '1 error: column B has bits behind the last of a row',
    '1 error: column C has cells of more elements than the 2 that TFORMn announces',
  ])
  expect(await faultsIn(tableBytes({ forms, rows: [row(0, 2)], heap: bytes('Tx') }))).toEqual([
    '1 error: column C holds logicals that are none of T, F and 0',
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
