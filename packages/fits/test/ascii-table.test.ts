import { expect, test } from 'vitest'
import { parseAsciiInteger, parseAsciiReal } from '../src/ascii-number.js'
import { codeOf } from './support.js'
import { asciiTableBytes, tableOf } from './table-support.js'

test.each([
  ['1.5', 3, 1.5],
  ['  -1.25E2 ', 0, -125],
  ['1.25D-02', 0, 0.0125],
  ['1.25d-02', 0, 0.0125],
  ['1.25e2', 0, 125],
  ['1.25E+02', 0, 125],
  ['1.25-3', 0, 0.00125],
  ['1.25+3', 0, 1250],
  ['12345', 3, 12.345],
  ['-5', 3, -0.005],
  ['12345E2', 3, 1234.5],
  ['12345.', 3, 12345],
  ['.5', 2, 0.5],
  ['+ 1 2', 0, 12],
  ['nan', 0, Number.NaN],
  ['-Inf', 0, Number.NEGATIVE_INFINITY],
  ['1E999', 0, Number.POSITIVE_INFINITY],
  ['', 0, undefined],
  ['.', 0, undefined],
  ['-', 0, undefined],
  ['1.2.3', 0, undefined],
  ['1E', 0, undefined],
  ['****', 0, undefined],
  ['constructor', 0, undefined],
  ['0x10', 0, undefined],
])('the real %j with %i decimals is %d', (text, decimals, value) => {
  expect(parseAsciiReal(text, decimals)).toEqual(value)
})

test.each([
  [' 42 ', 42n],
  ['+7', 7n],
  ['-9223372036854775808', -9223372036854775808n],
  ['1 000', 1000n],
  ['4.0', undefined],
  ['', undefined],
  ['1'.repeat(100), undefined],
])('the integer %j is %s', (text, value) => {
  expect(parseAsciiInteger(text)).toBe(value)
})

test('a megabyte of digits takes no time', () => {
  expect(parseAsciiReal(`${'1'.repeat(1_000_000)}x`, 0)).toBeUndefined()
  expect(parseAsciiInteger('1'.repeat(1_000_000))).toBeUndefined()
})

const COLUMNS = [
  { form: 'A4', at: 1 },
  { form: 'I4', at: 6 },
  { form: 'F8.2', at: 11 },
  { form: 'I12', at: 20 },
]
const row = (a: string, b: string, c: string, d: string) =>
  `${a.padEnd(4)} ${b.padEnd(4)} ${c.padEnd(8)} ${d.padStart(12)}`
const ROWS = [row(' ab', '  12', '    1250', '1'), row('', '', '1.5E+01', ''), row('x y', '-7', '  **', '9999999999')]

test('reads fields where they stand; blank numbers are 0', async () => {
  const cards = ["TNULL3  = '**'", 'TSCAL2  = 0.5']
  const table = await tableOf(asciiTableBytes(COLUMNS, ROWS, cards))
  expect(await table.read()).toEqual({
    A: [' ab', '', 'x y'],
    B: Float64Array.of(6, 0, -3.5),
    C: Float64Array.of(12.5, 15, Number.NaN),
    D: BigInt64Array.of(1n, 0n, 9999999999n),
  })
  expect(await table.numbers('D')).toEqual(Float64Array.of(1, 0, 9999999999))
  expect(await table.row(2)).toEqual({ A: 'x y', B: -3.5, C: Number.NaN, D: 9999999999n })
  expect(await table.column('A', { from: 1, to: 2 })).toEqual([''])
})

test('blanks are no value where TNULL says so', async () => {
  const table = await tableOf(asciiTableBytes(COLUMNS, ROWS, ["TNULL2  = '    '", "TNULL3  = '**'"]))
  expect(await table.column('B')).toEqual(Int32Array.of(12, 0, -7))
  expect(Array.from(await table.numbers('B'))).toEqual([12, Number.NaN, -7])
  expect((await table.row(1)).B).toBeNull()
})

test('says which field is no number', async () => {
  const table = await tableOf(asciiTableBytes(COLUMNS, ROWS))
  await expect(table.column('C')).rejects.toMatchObject({ code: 'FITS_INVALID', details: { column: 'C', row: 2 } })
  const huge = await tableOf(asciiTableBytes([{ form: 'I20', at: 1 }], ['99999999999999999999']))
  expect(await codeOf(huge.column(1))).toBe('FITS_INVALID')
})

test.each([
  [{ form: 'I4', at: 29 }, 'TFORM1'],
  [{ form: 'I4', at: 0 }, 'TBCOL1'],
  [{ form: 'I0', at: 1 }, 'TFORM1'],
  [{ form: 'I', at: 1 }, 'TFORM1'],
  [{ form: 'J4', at: 1 }, 'TFORM1'],
  [{ form: '2I4', at: 1 }, 'TFORM1'],
])('refuses %j', async (column, keyword) => {
  const table = await tableOf(asciiTableBytes([column], ROWS))
  await expect(table.column(1)).rejects.toMatchObject({ code: 'FITS_INVALID', details: { keyword } })
})
