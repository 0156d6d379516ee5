import { expect, test } from 'vitest'
import { CompressedTable, openFits, type TableHdu } from '../src/index.js'
import { codeOf, fixtureBytes } from './support.js'
import { watchedSource } from './table-support.js'

async function both(name: string): Promise<[TableHdu, CompressedTable]> {
  const unpacked = await openFits(fixtureBytes('table-unpacked.fits'))
  const packed = await openFits(fixtureBytes('table-packed.fits.fz'))
  return [unpacked.hdu(name) as TableHdu, packed.hdu(name) as CompressedTable]
}

test.each(['FIXED', 'LISTS'])('reads the columns of %s as funpack does', async (name) => {
  const [unpacked, packed] = await both(name)
  expect(packed).toBeInstanceOf(CompressedTable)
  expect(packed.rowCount).toBe(150)
  expect(packed.columns).toEqual(unpacked.columns)
  expect(await packed.read()).toEqual(await unpacked.read())
  for (const { number } of packed.columns) {
    const range = { from: 35, to: 145 }
    expect(await packed.column(number, range)).toEqual(await unpacked.column(number, range))
  }
  expect(await packed.row(79)).toEqual(await unpacked.row(79))
})

test('the header is that of the table, the stored one that of the file', async () => {
  const [unpacked, packed] = await both('FIXED')
  const structure = (table: TableHdu) =>
    table.header.cards
      .filter(({ keyword }) => !/^(?:CHECKSUM|DATASUM|FZ\w+|COMMENT)$/.test(keyword))
      .map(({ keyword, value }) => [keyword, value])
  expect(structure(packed)).toEqual(structure(unpacked))
  expect(packed.storedHeader.get('ZTABLE')).toBe(true)
  expect(packed.stored.columns[0]).toMatchObject({ isVariable: true, kind: 'integer' })
  expect(packed.stored.rowCount).toBe(4)
})

test('each part is read once, and only the parts of the rows that are asked for', async () => {
  const { source, reads } = watchedSource(fixtureBytes('table-packed.fits.fz'))
  const fits = await openFits(source)
  const table = fits.hdu('FIXED') as TableHdu
  reads.length = 0
  await table.column('d', { from: 41, to: 79 })
  const one = reads.length
  for (let row = 41; row < 79; row++) await table.column('d', { from: row, to: row + 1 })
  expect(reads.length).toBe(one)
})

/** The fixture with the values of cards changed: of the same length. */
async function altered(from: RegExp, to: string): Promise<TableHdu> {
  const text = Buffer.from(fixtureBytes('table-packed.fits.fz')).toString('latin1')
  const changed = text.replace(from, (card) => to.padEnd(card.length))
  expect(changed).not.toBe(text)
  const fits = await openFits(new Uint8Array(Buffer.from(changed, 'latin1')))
  return fits.hdus[1] as TableHdu
}

test.each([
  [/ZCTYP9 {2}= 'GZIP_2 {2}'/, "ZCTYP9  = 'BZIP_9  '", 'e', 'FITS_UNSUPPORTED'],
  [/ZCTYP9 {2}= 'GZIP_2 {2}'/, "ZCTYP9  = 'RICE_1  '", 'e', 'FITS_INVALID'],
  [/ZCTYP9 {2}= 'GZIP_2 {2}' {8}/, "ZCTYP9  = 'NOCOMPRESS'", 'e', 'FITS_INVALID'],
  [/ZFORM9 {2}= 'E {7}'/, "ZFORM9  = 'D       '", 'e', 'FITS_INVALID'],
  [/ZTILELEN= {19}40/, 'ZTILELEN=                    2', 'e', 'FITS_INVALID'],
  [/ZTILELEN= {19}40/, 'ZTILELEN=                    0', 'e', 'FITS_INVALID'],
  [/ZTILELEN= {19}40/, 'ZTILELEN=            999999999', 'e', 'FITS_INVALID'],
  [/ZNAXIS2 = {18}150/, 'ZNAXIS2 =        99999999999', 'e', 'FITS_INVALID'],
  [/ZPCOUNT = {20}0/, 'ZPCOUNT =        99999999999', 'e', 'FITS_INVALID'],
  [/TFORM1 {2}= '1QB/, "TFORM1  = '1QJ", 'e', 'FITS_INVALID'],
  [/ZFORM6 {2}= 'J {7}'/, "ZFORM6  = 'E       '", 'n', 'FITS_INVALID'],
])('refuses %s as %s', async (from, to, column, code) => {
  const table = await altered(from, to)
  expect(await codeOf(table.column(column))).toBe(code)
})

test('a table without its size cannot be read', async () => {
  const table = await altered(/ZNAXIS1 = {19}\d+/, 'ZNAXISX = 1')
  expect(table.error?.code).toBe('FITS_INVALID')
})

test('broken bytes of a column leave the others readable', async () => {
  const bytes = fixtureBytes('table-packed.fits.fz')
  const fits = await openFits(bytes)
  const { stored } = fits.hdu('FIXED') as CompressedTable
  const at = stored.dataOffset + 4 * stored.shape[1]!
  bytes.fill(0, at, at + 30)
  const table = (await openFits(bytes)).hdu('FIXED') as TableHdu
  expect(await codeOf(table.column('l'))).toBe('FITS_INVALID')
  expect(await codeOf(table.column('d'))).toBe('resolved')
})
