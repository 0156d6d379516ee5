import { expect, test } from 'vitest'
import { codeOf } from './support.js'
import { be, bytes, tableBytes, tableOf, watchedSource } from './table-support.js'

test.each([
  ['1Z', 'TFORM1'],
  ['', 'TFORM1'],
  ['-1J', 'TFORM1'],
  ['2PJ(3)', 'TFORM1'],
  ['P', 'TFORM1'],
  ['999999999999999J', 'NAXIS1'],
  ['2J', 'NAXIS1'],
])('refuses the format %j', async (form, keyword) => {
  const table = await tableOf(tableBytes({ forms: [form], rows: [new Uint8Array(4)] }))
  expect(table.error).toBeUndefined()
  await expect(table.column(1)).rejects.toMatchObject({ code: 'FITS_INVALID', details: { keyword } })
  expect(() => table.columns).toThrow(expect.objectContaining({ code: 'FITS_INVALID' }))
})

test.each([
  [{ fields: '1000' }, 'TFIELDS'],
  [{ fields: "'x'" }, 'TFIELDS'],
  [{ fields: '2' }, 'TFORM2'],
  [{ cards: ['THEAP   = 3'] }, 'THEAP'],
  [{ cards: ['THEAP   = 100'] }, 'THEAP'],
])('refuses %j', async (wrong, keyword) => {
  const table = await tableOf(tableBytes({ forms: ['J'], rows: [new Uint8Array(4)], ...wrong }))
  await expect(table.column(1)).rejects.toMatchObject({ code: 'FITS_INVALID', details: { keyword } })
})

test('TDIM that does not fit is left out of account', async () => {
  for (const [dim, shape] of [
    ['(3,2)', [2, 3]],
    ['(6)', [6]],
    ['(1,6)', [6, 1]],
    ['(3,5)', [6]],
    ['(-3,-2)', [6]],
    ['(3,)', [6]],
    ['3,2', [6]],
    ['(x)', [6]],
  ] as const) {
    const rows = [be('int16', 1, 2, 3, 4, 5, 6)]
    const table = await tableOf(tableBytes({ forms: ['6I'], rows, cards: [`TDIM1   = '${dim}'`] }))
    expect(table.columns[0]!.shape).toEqual(shape)
    expect(await table.column(1)).toEqual(Int16Array.of(1, 2, 3, 4, 5, 6))
  }
})

test.each([
  ['6I', '(2,2)', be('int16', 1, 2, 3, 4, 5, 6), Int16Array.of(1, 2, 3, 4), [2, 2]],
  ['6I', '(4)', be('int16', 1, 2, 3, 4, 5, 6), Int16Array.of(1, 2, 3, 4), [4]],
  ['3M', '(2,1)', be('float64', 1, 2, 3, 4, 5, 6), Float64Array.of(1, 2, 3, 4), [1, 2]],
  ['12X', '(2,3)', bytes('\xac\xf0'), Uint8Array.of(1, 0, 1, 0, 1, 1), [3, 2]],
  ['12X', '(3,3)', bytes('\xac\xf0'), Uint8Array.of(1, 0, 1, 0, 1, 1, 0, 0, 1), [3, 3]],
  ['7A', '(2,2)', bytes('abcdefg'), ['ab', 'cd'], [2]],
  ['7A', '(4)', bytes('abcdefg'), ['abcd'], []],
])('of %s with the shape %s the rest of a row means nothing', async (form, dim, row, values, shape) => {
  const rows = [bytes(row, be('int16', 7)), bytes(row, be('int16', 8))]
  const table = await tableOf(tableBytes({ forms: [form, 'I'], rows, cards: [`TDIM1   = '${dim}'`] }))
  const repeat = shape.reduce((a, b) => a * b, 1)
  expect(table.columns[0]).toMatchObject({ shape, repeat })
  const twice = [...values, ...values]
  expect(Array.from((await table.column(1)) as ArrayLike<unknown>)).toEqual(twice)
  expect(await table.column(2)).toEqual(Int16Array.of(7, 8))
  const { A } = await table.row(1)
  if (repeat > 1 && typeof values[0] !== 'string' && !form.endsWith('M') && !form.endsWith('X'))
    expect(A).toEqual(values)
})

test('strings end at a NUL or before the blanks, and may be several in a field', async () => {
  const table = await tableOf(tableBytes({ forms: ['6A', '6A3', '0A', 'A'], rows: [bytes('ab \0cd', ' x y\0z', ' ')] }))
  expect(await table.row(0)).toEqual({ A: 'ab', B: [' x', 'y'], C: null, D: '' })
  expect(table.columns[1]).toMatchObject({ repeat: 2, shape: [2] })
})

test('bytes that are no logical are false, and a zero byte is none', async () => {
  const table = await tableOf(tableBytes({ forms: ['L'], rows: [...'TF\0t1'].map((letter) => bytes(letter)) }))
  expect(await table.column('A')).toEqual(Uint8Array.of(1, 0, 0, 0, 0))
  expect(Array.from(await table.numbers('A'))).toEqual([1, 0, Number.NaN, 0, 0])
  const cells: unknown[] = []
  for await (const { A } of table.rows()) cells.push(A)
  expect(cells).toEqual([true, false, null, false, false])
})

test('TNULL of 64 bits, of unsigned integers, and of arrays', async () => {
  const cards = ['TNULL1  = 9223372036854775807', 'TNULL2  = -32768', 'TZERO2  = 32768', 'TNULL3  = 7']
  const row = bytes(be('int64', 2n ** 63n - 1n), be('int16', -32768), be('int32', 7, 8))
  const table = await tableOf(tableBytes({ forms: ['K', 'I', '2J'], rows: [row], cards }))
  expect(table.columns.map(({ nullValue }) => nullValue)).toEqual([2n ** 63n - 1n, 0, 7])
  expect(await table.row(0)).toEqual({ A: null, B: null, C: Int32Array.of(7, 8) })
  expect(Array.from(await table.numbers('C'))).toEqual([Number.NaN, 8])
})

test('scales integers, floats and complex numbers in double precision', async () => {
  const cards = [1, 2, 3, 4].flatMap((n) => [`TSCAL${n}  = 0.1`, `TZERO${n}  = 5`])
  const row = bytes(7, be('float32', 1.5), be('float32', 2, 3), be('int64', 2n ** 62n))
  const table = await tableOf(tableBytes({ forms: ['B', 'E', 'C', 'K'], rows: [row], cards }))
  expect(await table.row(0)).toEqual({
    A: 7 * 0.1 + 5,
    B: 1.5 * 0.1 + 5,
    C: { re: 2 * 0.1 + 5, im: 3 * 0.1 },
    D: 2 ** 62 * 0.1 + 5,
  })
})

const descriptor = (count: number, offset: number) => be('int32', count, offset)

test('variable-length cells: bits, logicals, text, an overlap, and a gap before the heap', async () => {
  const rows = [
    bytes(descriptor(3, 10), descriptor(2, 10), descriptor(5, 12)),
    bytes(descriptor(9, 10), descriptor(0, -5), descriptor(0, 99)),
  ]
  const heap = bytes(new Uint8Array(8), '0123456789', 0b10110000, 0x54, 'he\0lo')
  const table = await tableOf(tableBytes({ forms: ['PX(9)', 'PL(2)', 'PA(5)'], rows, heap, cards: ['THEAP   = 56'] }))
  expect(await table.column('A')).toEqual([Uint8Array.of(1, 0, 1), Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 0, 0)])
  expect(await table.column('B')).toEqual([Uint8Array.of(0, 1), new Uint8Array(0)])
  expect(await table.column('C')).toEqual(['he', ''])
  expect(await table.row(0)).toEqual({ A: [true, false, true], B: [false, true], C: 'he' })
})

test('variable-length cells are scaled, unsigned and 64-bit described', async () => {
  const wide = (count: number, offset: number) => be('int64', count, offset)
  const rows = [bytes(wide(2, 0), wide(2, 0))]
  const cards = ['TZERO1  = 32768', 'TSCAL2  = 0.5', 'TNULL2  = 2']
  const table = await tableOf(tableBytes({ forms: ['QI', 'QI'], rows, heap: be('int16', -32768, 2), cards }))
  expect(await table.column('A')).toEqual([Uint16Array.of(0, 32770)])
  expect(await table.column('B')).toEqual([Float64Array.of(-16384, Number.NaN)])
})

test.each([
  ['past the heap', descriptor(5, 0)],
  ['begins past the heap', descriptor(1, 100)],
  ['a negative count', descriptor(-1, 0)],
  ['a negative offset', descriptor(1, -1)],
])('refuses a cell that points outside: %s; others stay readable', async (_, broken) => {
  const rows = [descriptor(4, 0), broken]
  const table = await tableOf(tableBytes({ forms: ['PJ(4)'], rows, heap: be('int32', 1, 2, 3, 4) }))
  expect(await codeOf(table.column('A'))).toBe('FITS_INVALID')
  expect(await codeOf(table.row(1))).toBe('FITS_INVALID')
  expect(await table.row(0)).toEqual({ A: Int32Array.of(1, 2, 3, 4) })
})

test('cells that share the bytes of the heap do not fill the memory', async () => {
  const heap = new Uint8Array(1_000_000).fill(1)
  const rows = Array.from({ length: 20_000 }, () => descriptor(1_000_000, 0))
  const table = await tableOf(tableBytes({ forms: ['PB'], rows, heap }))
  expect(await codeOf(table.column('A'))).toBe('FITS_UNSUPPORTED')
  const [cell] = (await table.column('A', { from: 7, to: 8 })) as Uint8Array[]
  expect(cell).toEqual(heap)
})

test('the heap is read in few pieces, in whatever order its cells lie', async () => {
  const count = 5000
  const heap = new Uint8Array(Buffer.concat(Array.from({ length: count }, (_, i) => be('int32', i, -i))))
  const rows = Array.from({ length: count }, (_, row) => descriptor(2, 8 * ((row * 2741) % count)))
  const { source, reads } = watchedSource(tableBytes({ forms: ['PJ(2)'], rows, heap }))
  const table = await tableOf(source)
  reads.length = 0
  const cells = (await table.column('A')) as Int32Array[]
  expect(cells.every((cell, row) => cell[0] === (row * 2741) % count && cell[1] === -cell[0]!)).toBe(true)
  expect(reads.length).toBeLessThan(5)
})

test('more rows than memory has places, of no bytes, are no trouble', async () => {
  const table = await tableOf(tableBytes({ forms: ['0J', '0A', '0PJ'], rows: [], rowBytes: 0, rowCount: 2 ** 50 }))
  expect(await table.read()).toEqual({ A: new Int32Array(0), B: [], C: [] })
  for await (const row of table.rows()) {
    expect(row).toEqual({ A: null, B: null, C: null })
    break
  }
})
