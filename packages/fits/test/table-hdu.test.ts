import { expect, test } from 'vitest'
import { type CellValue, type ColumnValues, isFitsError, openFits, type TableHdu } from '../src/index.js'
import { codeOf, fixture, fixtureBytes } from './support.js'
import {
  asciiTableBytes,
  be,
  bytes,
  expectedTables,
  type Plain,
  tableBytes,
  tableOf,
  watchedSource,
} from './table-support.js'

async function openTable(name: string): Promise<TableHdu> {
  const fits = await openFits(fixtureBytes('tables.fits'))
  return fits.hdu(name) as TableHdu
}

/** As astropy's values stand in the fixture. */
function plain(values: ColumnValues | CellValue, kind: string): Plain {
  if (Array.isArray(values)) return values.map((value) => plain(value as CellValue, kind))
  if (ArrayBuffer.isView(values)) {
    const list = Array.from(values as unknown as ArrayLike<number | bigint>)
    return list.map((value) => plain(value, kind))
  }
  if (kind === 'logical' || kind === 'bit') return Boolean(values)
  if (kind === 'integer') return String(values)
  return Number.isNaN(values) ? null : (values as Plain)
}

/** What astropy reads, where we read the same in another form. */
function wanted(table: string, name: string): Plain[] {
  const values = expectedTables[table]![name]!
  if (name === 'i1') return values.map(String)
  if (name === 'pa') return values.map((letters) => (letters as string[]).join(''))
  if (name === 'scaled') return values.map((value, row) => (row === 3 ? null : value))
  return table === 'TEXT' && name === 'name' ? values.map((text) => String(text).trimEnd()) : values
}

const columns = Object.entries(expectedTables).flatMap(([table, all]) => Object.keys(all).map((name) => [table, name]))

test.each(columns as [string, string][])('reads what astropy reads: %s %s', async (name, column) => {
  const table = await openTable(name)
  const info = table.columns.find((one) => one.name === column)!
  expect(plain(await table.column(column), info.kind)).toEqual(wanted(name, column))
})

test('values have the type that holds them exactly', async () => {
  const table = await openTable('ALL')
  const types = Object.fromEntries(
    Object.entries(await table.read()).map(([name, values]) => [name, values.constructor.name]),
  )
  expect(types).toMatchObject({
    logical: 'Uint8Array',
    bits: 'Uint8Array',
    u1: 'Uint8Array',
    i1: 'Int8Array',
    i2: 'Int16Array',
    u2: 'Uint16Array',
    i4: 'Int32Array',
    u4: 'Uint32Array',
    i8: 'BigInt64Array',
    u8: 'BigUint64Array',
    e: 'Float32Array',
    d: 'Float64Array',
    c: 'Float32Array',
    m: 'Float64Array',
    text: 'Array',
    empty: 'Float64Array',
    scaled: 'Float64Array',
    pj: 'Array',
  })
  expect(((await table.column('pj')) as unknown[])[0]).toBeInstanceOf(Int32Array)
})

test('describes its columns', async () => {
  const table = await openTable('ALL')
  const info = (name: string) => table.columns.find((one) => one.name === name)
  expect(table.rowCount).toBe(5)
  expect(info('e')).toEqual({
    number: 12,
    name: 'e',
    key: 'e',
    format: 'E',
    kind: 'float',
    repeat: 1,
    shape: [],
    isVariable: false,
    unit: 'Jy',
    display: 'F10.3',
    nullValue: undefined,
  })
  expect(info('bits')).toMatchObject({ kind: 'bit', repeat: 11, shape: [11] })
  expect(info('texts')).toMatchObject({ kind: 'string', repeat: 3, shape: [3] })
  expect(info('grid')).toMatchObject({ kind: 'float', repeat: 6, shape: [2, 3] })
  expect(info('i2')).toMatchObject({ kind: 'integer', nullValue: 32767 })
  expect(info('scaled')).toMatchObject({ kind: 'float', nullValue: undefined })
  expect(info('empty')).toMatchObject({ repeat: 0 })
  expect(info('pc')).toMatchObject({ kind: 'complex', isVariable: true, repeat: 0 })
})

test('a column is found by its number, and by its name in any case', async () => {
  const table = await openTable('ALL')
  expect(await table.column(12)).toEqual(await table.column('E'))
  for (const which of [0, 26, -1, 1.5, 'none', '']) {
    await expect(table.column(which)).rejects.toMatchObject({
      code: 'FITS_INVALID',
      message: expect.stringContaining('logical, logicals'),
    })
  }
})

test('names that differ by case only are two columns; a column without a name of its own has its number', async () => {
  const names = ['x', 'X', 'x', '']
  const table = await tableOf(tableBytes({ forms: ['B', 'B', 'B', 'B'], rows: [Uint8Array.of(1, 2, 3, 4)], names }))
  expect(await table.row(0)).toEqual({ x: 1, X: 2, column3: 3, column4: 4 })
  expect(await table.column('X')).toEqual(Uint8Array.of(2))
  expect(await table.column('column4')).toEqual(Uint8Array.of(4))
})

test('reads a range of rows', async () => {
  const table = await openTable('ALL')
  for (const name of ['e', 'bits', 'texts', 'grid', 'pj', 'i8', 'pa']) {
    const perRow = Math.max(1, table.columns.find((one) => one.name === name)!.repeat)
    const all = await table.column(name)
    expect(await table.column(name, { from: 1, to: 4 })).toEqual(all.slice(perRow, 4 * perRow))
    const none = await table.column(name, { from: 2, to: 2 })
    expect(none).toHaveLength(0)
    expect(none.constructor).toBe(all.constructor)
  }
  for (const range of [{ from: -1 }, { to: 6 }, { from: 3, to: 2 }, { from: 0.5 }]) {
    await expect(table.column('e', range)).rejects.toThrow(TypeError)
  }
})

test('numbers are float64, and NaN where there is no value', async () => {
  const table = await openTable('ALL')
  expect(Array.from(await table.numbers('i2')).slice(0, 2)).toEqual([-32768, Number.NaN])
  expect(await table.numbers('logical')).toEqual(Float64Array.of(1, 0, 1, 1, 0))
  expect((await table.numbers('scaled'))[3]).toBeNaN()
  expect((await table.numbers('grid')).length).toBe(30)
  expect(await table.numbers('empty')).toEqual(new Float64Array(0))
  expect(await codeOf(table.numbers('i8'))).toBe('FITS_UNSUPPORTED')
  for (const name of ['text', 'c', 'pj']) expect(await codeOf(table.numbers(name))).toBe('FITS_INVALID')
  const text = await openTable('TEXT')
  expect(Array.from(await text.numbers('small'))).toEqual([1, -99999, 0, Number.NaN, 999999])
})

/** One row with a column of each kind, in which as much as can be is no value. */
function nulls() {
  const forms = ['J', '2J', 'K', '2K', 'I', '2I', 'L', '3L', 'X', '3X', '4A', '4A2', 'C', '2C', 'D', '1PJ', '1PA', '0J']
  const heap = bytes(be('int32', 7, -1), 'text')
  const row = bytes(
    ...[be('int32', -1), be('int32', -1, 5), be('int64', 2n ** 63n - 1n), be('int64', 2n ** 63n - 1n, 6)],
    ...[be('int16', -1), be('int16', -1, 3), 0, 'TF', 0, 0x80, 0xa0, 'ab  ', 'a b '],
    ...[
      be('float32', 1, 2),
      be('float32', 1, 2, 3, 4),
      be('float64', Number.NaN),
      be('int32', 2, 0),
      be('int32', 4, 8),
    ],
  )
  const marks = [1, 2, 5, 6, 16].map((n) => `${`TNULL${n}`.padEnd(8)}= -1`)
  const long = [3, 4].map((n) => `TNULL${n}  = ${2n ** 63n - 1n}`)
  return tableOf(tableBytes({ forms, rows: [row], heap, cards: [...marks, ...long, 'TSCAL5  = 0.5', 'TSCAL6  = 0.5'] }))
}

test('what is no value is told apart as it is said', async () => {
  const table = await nulls()
  expect(await table.row(0)).toEqual({
    ...{ A: null, B: Int32Array.of(-1, 5), C: null, D: BigInt64Array.of(2n ** 63n - 1n, 6n) },
    ...{ E: Number.NaN, F: Float64Array.of(Number.NaN, 1.5), G: null, H: [true, false, null] },
    ...{ I: true, J: [true, false, true], K: 'ab', L: ['a', 'b'], M: { re: 1, im: 2 } },
    ...{
      N: [
        { re: 1, im: 2 },
        { re: 3, im: 4 },
      ],
      O: Number.NaN,
      P: Int32Array.of(7, -1),
      Q: 'text',
      R: null,
    },
  })
  const numbers = await Promise.all([...'ABCDEFGHIJO'].map((name) => table.numbers(name)))
  expect(numbers.map((values) => [...values])).toEqual([
    ...[[Number.NaN], [Number.NaN, 5], [Number.NaN], [Number.NaN, 6], [Number.NaN], [Number.NaN, 1.5], [Number.NaN]],
    ...[[1, 0, Number.NaN], [1], [1, 0, 1], [Number.NaN]],
  ])
  expect(await table.numbers('R')).toHaveLength(0)
  for (const name of 'KLMNPQ') expect(await codeOf(table.numbers(name))).toBe('FITS_INVALID')
})

test('a blank number of an ASCII table is 0, unless blanks mean that there is none', async () => {
  const columns = [1, 4, 7, 10].map((at, i) => ({ form: i < 2 ? 'I3' : 'F3.1', at }))
  const cards = ["TNULL2  = ' '", "TNULL4  = ' '"]
  const table = await tableOf(
    asciiTableBytes([...columns, { form: 'A2', at: 13 }], ['            NA'], [...cards, "TNULL5  = 'NA'"]),
  )
  const numbers = await Promise.all([...'ABCD'].map(async (name) => (await table.numbers(name))[0]))
  expect(numbers).toEqual([0, Number.NaN, 0, Number.NaN])
  expect(await table.row(0)).toEqual({ A: 0, B: null, C: 0, D: Number.NaN, E: 'NA' })
  expect(table.columns[4]!.nullValue).toBe('NA')
})

test('wrong arguments are named, and are TypeErrors', async () => {
  const table = await openTable('ALL')
  const first = async (rows: AsyncIterable<unknown>) => {
    for await (const row of rows) return row
  }
  const wrong: [() => Promise<unknown>, string][] = [
    [() => table.column(null as never), 'null is no column; give its name'],
    [() => table.column({} as never), 'an object is no column'],
    [() => table.column('e', null as never), 'options are null'],
    [() => table.column('e', { to: Number.NaN }), 'rows 0 to NaN are not in a table of 5 rows'],
    [() => table.column('e', { signal: 1 as never }), 'signal is 1, but must be an AbortSignal'],
    [() => table.numbers(undefined as never), 'undefined is no column'],
    [() => table.strings('text', { from: '1' as never }), 'rows "1" to 5'],
    [() => table.read({ columns: 'e' as never }), 'columns is "e", but must be a list of names'],
    [() => table.read({ columns: [null] as never }), 'null is no column'],
    [() => table.read(null as never), 'options are null'],
    [() => table.row(-1), 'row -1 is not in a table of 5 rows'],
    [() => table.row(undefined as never), 'row undefined is not in'],
    [() => first(table.rows(null as never)), 'options are null'],
    [() => first(table.blocks(null as never)), 'null are no places of columns'],
    [() => first(table.blocks([0], {}, null as never)), 'options are null'],
    [() => first(table.blocks([0, 99])), '[0, 99] are no places of columns: whole numbers from 0 up to'],
    [() => first(table.rows({ columns: {} as never })), 'columns is an object'],
  ]
  for (const [work, message] of wrong) {
    const error = await work().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'FITS_ARGUMENT', message: expect.stringContaining(message) })
  }
})

test('strings are text', async () => {
  const table = await openTable('ALL')
  expect(await table.strings('TEXT', { to: 1 })).toEqual(['M13'])
  expect(await table.strings('pa')).toEqual(['one', 'two', 'three', 'four', ''])
  expect(await codeOf(table.strings('e'))).toBe('FITS_INVALID')
})

test('rows are objects', async () => {
  const table = await openTable('ALL')
  const row = await table.row(1)
  expect(row).toMatchObject({
    logical: false,
    logicals: [false, true],
    u1: 255,
    i1: 127,
    i2: null,
    i8: 9223372036854775807n,
    text: '',
    texts: ['ab', '', 'cdef'],
    empty: null,
    pj: new Int32Array(0),
    pa: 'two',
  })
  expect(row.bits).toHaveLength(11)
  expect(row.grid).toBeInstanceOf(Float32Array)
  expect(row.c).toEqual({ re: expect.any(Number), im: expect.any(Number) })
  expect(row.m).toHaveLength(2)
  expect((await table.row(3)).scaled).toBeNaN()
  const names: unknown[] = []
  for await (const { text, pa } of table.rows({ columns: ['text', 'pa'], from: 1 })) names.push([text, pa])
  expect(names).toEqual([
    ['', 'two'],
    ['  indented', 'three'],
    ['ten chars!', 'four'],
    ['a b', ''],
  ])
  await expect(table.row(5)).rejects.toThrow(TypeError)
})

test('every row has what the columns have', async () => {
  for (const name of ['ALL', 'TEXT']) {
    const table = await openTable(name)
    for (const info of table.columns.filter(({ repeat, kind }) => repeat === 1 && kind !== 'complex')) {
      const cells: unknown[] = []
      for await (const row of table.rows({ columns: [info.name] })) cells.push(row[info.name])
      const values = Array.from((await table.column(info.name)) as ArrayLike<unknown>)
      const isNull = (value: unknown, row: number) => cells[row] === null && value === (info.nullValue ?? 0)
      values.forEach((value, row) => {
        if (!isNull(value, row)) expect(info.kind === 'logical' ? Number(cells[row]) : cells[row]).toEqual(value)
      })
    }
  }
})

test('a row may have a column of any name', async () => {
  const names = ['__proto__', 'constructor']
  const table = await tableOf(tableBytes({ forms: ['B', 'B'], rows: [Uint8Array.of(1, 2)], names }))
  expect(Object.entries(await table.row(0))).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ])
  expect(Object.entries(await table.read())).toEqual([
    ['__proto__', Uint8Array.of(1)],
    ['constructor', Uint8Array.of(2)],
  ])
})

test('reads only the bytes of the rows that are asked for', async () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => bytes(be('int32', i), 'x'.repeat(36)))
  const content = tableBytes({ forms: ['J', '36A'], rows })
  const { source, reads } = watchedSource(content)
  const table = await tableOf(source)
  reads.length = 0
  expect(await table.column('A', { from: 50_000, to: 50_003 })).toEqual(Int32Array.of(50_000, 50_001, 50_002))
  expect(reads).toEqual([[table.dataOffset + 50_000 * 40, 3 * 40]])
  reads.length = 0
  const all = await table.column('A')
  expect(all).toEqual(Int32Array.from({ length: 100_000 }, (_, i) => i))
  expect(Math.max(...reads.map(([, length]) => length))).toBeLessThanOrEqual(1024 * 1024)
  expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBe(4_000_000)
})

test('an abort ends the reading', async () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => be('int32', i, i, i, i, i))
  const { source, reads } = watchedSource(tableBytes({ forms: ['5J'], rows }))
  const table = await tableOf(source)
  const abort = new AbortController()
  reads.length = 0
  for await (const _ of table.rows({ signal: abort.signal })) {
    abort.abort()
    break
  }
  expect(reads).toHaveLength(1)
  await expect(table.column('A', { signal: abort.signal })).rejects.toThrow('aborted')
  expect(reads).toHaveLength(1)
})

test('a table that is cut says so', async () => {
  const content = fixtureBytes('tables.fits')
  const fits = await openFits(fixture('tables.fits'))
  const { dataOffset } = fits.hdus[1]!
  await fits.close()
  const cut = await tableOf(content.subarray(0, dataOffset + 100))
  expect(isFitsError(cut.error, 'FITS_TRUNCATED')).toBe(true)
  expect(await codeOf(cut.column('e'))).toBe('FITS_TRUNCATED')
  expect(await codeOf(cut.row(0))).toBe('FITS_TRUNCATED')
})
