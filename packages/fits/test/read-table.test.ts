import { expect, test } from 'vitest'
import { findTable, openFits, readTable } from '../src/index.js'
import { codeOf, fixture } from './support.js'

test('reads the catalogue of a frame in one line', async () => {
  const { columns, rowCount, header } = await readTable(fixture('extensions.fits'))
  expect(columns).toEqual({ X: Float64Array.of(0, 1, 2, 3) })
  expect(rowCount).toBe(4)
  expect(header.getString('EXTNAME')).toBe('CAT')
})

test('reads what is asked for, by the names it is asked for', async () => {
  const { columns, rowCount } = await readTable(fixture('tables.fits'), {
    hdu: 'TEXT',
    columns: ['NAME', 'small'],
    from: 1,
    to: 3,
  })
  expect(columns).toEqual({ NAME: ['b', ''], small: Int32Array.of(-99999, 0) })
  expect(rowCount).toBe(2)
  await using fits = await openFits(fixture('tables.fits'))
  expect(findTable(fits)).toBe(fits.hdus[1])
})

test('says what there is, where there is no such table', async () => {
  await expect(readTable(fixture('int16.fits'))).rejects.toMatchObject({
    code: 'FITS_INVALID',
    message: 'the file has no table; its HDUs are: 0 primary',
  })
  await expect(readTable(fixture('extensions.fits'), { hdu: 'SCI' })).rejects.toMatchObject({
    message: 'the file has no table in HDU "SCI"; its HDUs are: 0 primary, 1 image FIRST, 2 bintable CAT, 3 image SCI',
  })
  expect(await codeOf(readTable(fixture('extensions.fits'), { columns: ['flux'] }))).toBe('FITS_INVALID')
})
