import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ColumnToWrite,
  type ColumnValues,
  encodeTable,
  findTable,
  Header,
  openFits,
  type TableToWrite,
  verifyChecksums,
  writeTable,
} from '../src/index.js'
import { codeOf, joined } from './support.js'
import { tableOf } from './table-support.js'

const run = promisify(execFile)

const TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
]
type Values = InstanceType<(typeof TYPES)[number]>

const SEED = 21

/** Any bytes as values of the type; floats have NaN of many kinds. */
const valuesOf = (type: (typeof TYPES)[number], length: number): fc.Arbitrary<Values> =>
  fc
    .uint8Array({ minLength: length * type.BYTES_PER_ELEMENT, maxLength: length * type.BYTES_PER_ELEMENT })
    .map((random) => new type(random.slice().buffer))

const text = fc
  .string({ maxLength: 12, unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) })
  .map((value) => value.trimEnd())

async function written(columns: readonly ColumnToWrite[], rest: Partial<TableToWrite> = {}) {
  return tableOf(joined(encodeTable({ columns, ...rest })))
}

/** The bits, as NaN is not equal to itself, and one NaN not to another. */
function bitsOf(values: ColumnValues): unknown {
  if (Array.isArray(values)) return values.map((value) => (typeof value === 'string' ? value : bitsOf(value)))
  return [values.constructor.name, Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')]
}

async function expectIdentity(column: Omit<ColumnToWrite, 'name'>, rows: number): Promise<void> {
  const table = await written([
    { name: 'before', data: new Uint8Array(rows) },
    { name: 'it', ...column },
  ])
  const [, info] = table.columns
  expect(table.rowCount).toBe(rows)
  expect(info!.shape).toEqual(column.shape ?? [])
  expect(bitsOf(await table.column('it'))).toEqual(bitsOf(column.data as ColumnValues))
}

const rowCounts = fc.integer({ min: 1, max: 9 })
const shapes = fc.constantFrom([], [3], [2, 3])
const lengthOf = (rows: number, shape: readonly number[]) => shape.reduce((a, b) => a * b, rows)

test.each(TYPES.map((type) => [type.name, type] as const))('%s reads back as it was written', async (_, type) => {
  const arbitrary = fc
    .tuple(rowCounts, shapes)
    .chain(([rows, shape]) => fc.tuple(fc.constant(rows), fc.constant(shape), valuesOf(type, lengthOf(rows, shape))))
  await fc.assert(
    fc.asyncProperty(arbitrary, async ([rows, shape, data]) => expectIdentity({ data, shape }, rows)),
    { seed: SEED, numRuns: 60 },
  )
})

test.each(TYPES.map((type) => [type.name, type] as const))('arrays of %s of any length read back', async (_, type) => {
  const cell = fc.integer({ min: 0, max: 5 }).chain((length) => valuesOf(type, length))
  const cells = fc.array(cell, { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(cells, async (data) => expectIdentity({ data }, data.length)),
    { seed: SEED, numRuns: 60 },
  )
})

const flags = (length: number) =>
  fc.array(fc.constantFrom(0, 1), { minLength: length, maxLength: length }).map((list) => Uint8Array.from(list))

test.each(['logical', 'bit'] as const)('%s values read back, also of any length', async (kind) => {
  const arbitrary = fc
    .tuple(rowCounts, fc.constantFrom([11], [8], [2, 3]))
    .chain(([rows, shape]) => fc.tuple(fc.constant(rows), fc.constant(shape), flags(lengthOf(rows, shape))))
  await fc.assert(
    fc.asyncProperty(arbitrary, async ([rows, shape, data]) => expectIdentity({ data, shape, kind }, rows)),
    { seed: SEED, numRuns: 60 },
  )
  const cells = fc.array(fc.integer({ min: 0, max: 20 }).chain(flags), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(cells, async (data) => expectIdentity({ data, kind }, data.length)),
    { seed: SEED, numRuns: 60 },
  )
})

test.each([Float32Array, Float64Array])('complex numbers read back, also of any length', async (type) => {
  const arbitrary = fc
    .tuple(rowCounts, shapes)
    .chain(([rows, shape]) =>
      fc.tuple(fc.constant(rows), fc.constant(shape), valuesOf(type, 2 * lengthOf(rows, shape))),
    )
  await fc.assert(
    fc.asyncProperty(arbitrary, async ([rows, shape, data]) => expectIdentity({ data, shape, kind: 'complex' }, rows)),
    { seed: SEED, numRuns: 60 },
  )
  const cell = fc.integer({ min: 0, max: 3 }).chain((length) => valuesOf(type, 2 * length))
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async (data) =>
      expectIdentity({ data, kind: 'complex' }, data.length),
    ),
    { seed: SEED, numRuns: 60 },
  )
})

test.each([false, true])('strings read back; of their own length: %s', async (isVariable) => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), async (data) =>
      expectIdentity({ data, isVariable }, data.length),
    ),
    { seed: SEED, numRuns: 100 },
  )
})

test('several strings in a row read back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(text, { minLength: 6, maxLength: 6 }), { minLength: 1 }), async (rows) =>
      expectIdentity({ data: rows.flat(), shape: [2, 3] }, rows.length),
    ),
    { seed: SEED, numRuns: 50 },
  )
})

test('true, false and null are a logical column', async () => {
  const table = await written([{ name: 'flag', data: [true, null, false] }])
  expect(table.columns[0]).toMatchObject({ kind: 'logical', format: '1L' })
  const cells: unknown[] = []
  for await (const { flag } of table.rows()) cells.push(flag)
  expect(cells).toEqual([true, null, false])
})

test('describes its columns', async () => {
  const header = new Header().set('OBJECT', 'M13').set('TTYPE7', 'old').set('NAXIS1', 5).set('EXTNAME', 'OLD')
  const columns: ColumnToWrite[] = [
    { name: 'id', data: Uint32Array.of(1, 2), nullValue: 0 },
    { name: 'big', data: BigInt64Array.of(1n, 2n), nullValue: -(2n ** 63n) },
    { name: 'byte', data: Int8Array.of(1, 2), nullValue: -128 },
    { name: 'flux', data: Float32Array.of(1, 2), unit: 'Jy', display: 'F8.3' },
  ]
  const table = await written(columns, { header, extname: 'CAT' })
  expect(table.extname).toBe('CAT')
  expect(table.header.get('OBJECT')).toBe('M13')
  expect(table.header.has('TTYPE7')).toBe(false)
  expect(table.columns.map(({ nullValue }) => nullValue)).toEqual([0, -(2n ** 63n), -128, undefined])
  expect(table.columns[3]).toMatchObject({ name: 'flux', unit: 'Jy', display: 'F8.3' })
  expect(await table.row(0)).toEqual({ id: 1, big: 1n, byte: 1, flux: 1 })
})

test('tables without rows, without columns, and with columns of no elements', async () => {
  expect((await written([])).rowCount).toBe(0)
  const empty = await written([
    { name: 'a', data: new Float32Array(0) },
    { name: 'b', data: [] },
  ])
  expect(await empty.read()).toEqual({ a: new Float32Array(0), b: [] })
  const hollow = await written([{ name: 'a', data: new Float64Array(0), shape: [0] }], { rowCount: 3 })
  expect(hollow.rowCount).toBe(3)
  expect(await hollow.row(2)).toEqual({ a: null })
})

test('a table longer than a piece', async () => {
  const rows = 100_000
  const columns: ColumnToWrite[] = [
    { name: 'n', data: Int32Array.from({ length: rows }, (_, i) => i) },
    { name: 'v', data: Array.from({ length: rows }, (_, i) => Int16Array.from({ length: i % 4 }, () => i)) },
    { name: 't', data: Array.from({ length: rows }, (_, i) => `row ${i}`) },
  ]
  const pieces = [...encodeTable({ columns })]
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(1024 * 1024 + 10)
  const table = await tableOf(joined(pieces))
  const read = await table.read()
  // Deep equality of a hundred thousand arrays takes its time.
  for (const { name, data } of columns) expect(String(read[name]) === String(data)).toBe(true)
  expect(await table.row(98_765)).toEqual({ n: 98_765, v: Int16Array.of(98_765), t: 'row 98765' })
})

test.each([
  [
    'rows that differ',
    [
      { name: 'a', data: new Uint8Array(2) },
      { name: 'b', data: new Uint8Array(3) },
    ],
  ],
  [
    'a name twice',
    [
      { name: 'a', data: new Uint8Array(2) },
      { name: 'A', data: new Uint8Array(2) },
    ],
  ],
  ['no name', [{ name: ' ', data: new Uint8Array(2) }]],
  ['a name in Greek', [{ name: 'α', data: new Uint8Array(2) }]],
  ['a string in Greek', [{ name: 'a', data: ['α'] }]],
  ['a broken row', [{ name: 'a', data: new Uint8Array(5), shape: [2] }]],
  ['a shape of nothing', [{ name: 'a', data: new Uint8Array(5), shape: [0] }]],
  ['a negative shape', [{ name: 'a', data: new Uint8Array(5), shape: [-5] }]],
  ['half a complex number', [{ name: 'a', data: new Float32Array(3), kind: 'complex' }]],
  ['complex integers', [{ name: 'a', data: new Int32Array(2), kind: 'complex' }]],
  ['logical floats', [{ name: 'a', data: new Float32Array(2), kind: 'logical' }]],
  ['arrays that differ', [{ name: 'a', data: [new Float32Array(2), new Float64Array(2)] as Float32Array[] }]],
  ['a null of floats', [{ name: 'a', data: new Float32Array(2), nullValue: -99 }]],
  ['a null out of range', [{ name: 'a', data: new Int16Array(2), nullValue: 40_000 }]],
  ['half a null', [{ name: 'a', data: new Int16Array(2), nullValue: 0.5 }]],
  ['a null that is text', [{ name: 'a', data: new Int16Array(2), nullValue: '5' as unknown as number }]],
  ['a name that is too long', [{ name: 'a'.repeat(69), data: new Int16Array(2) }]],
  ['no name at all', [{ data: new Int16Array(2) } as ColumnToWrite]],
  ['a unit that is a number', [{ name: 'a', data: new Int16Array(2), unit: 5 as unknown as string }]],
  ['text for numbers', [{ name: 'a', data: new Int16Array(2), display: 'A5' }]],
  ['a format that is none', [{ name: 'a', data: new Int16Array(2), display: '%d' }]],
  ['a kind that is none', [{ name: 'a', data: new Uint8Array(2), kind: 'flag' as 'bit' }]],
  ['a shape that is a number', [{ name: 'a', data: new Uint8Array(2), shape: 2 as unknown as number[] }]],
  ['plain numbers', [{ name: 'a', data: [1, 2] as unknown as string[] }]],
] as [string, ColumnToWrite[]][])('refuses %s', (_, columns) => {
  expect(() => encodeTable({ columns })).toThrow(TypeError)
  expect(() => encodeTable({ columns })).toThrow(expect.objectContaining({ code: 'FITS_ARGUMENT' }))
})

test('what a table says of its columns is understood', async () => {
  const data = Float32Array.of(1, 2)
  const columns = [{ name: "it's", data, kind: 'float' as 'bit', display: 'EN12.3', unit: 'adu' }]
  const table = findTable(await openFits(joined(encodeTable({ columns }))))!
  expect(table.columns[0]).toMatchObject({ name: "it's", display: 'EN12.3', unit: 'adu' })
})

const everything = (rows: number): ColumnToWrite[] => [
  ...TYPES.map((type) => ({
    name: type.name,
    data: new type(Uint8Array.from({ length: rows * type.BYTES_PER_ELEMENT }, (_, i) => (i * 89 + 31) % 251).buffer),
    ...(type === Float32Array || type === Float64Array ? {} : { nullValue: type.name.startsWith('Big') ? 7n : 7 }),
  })),
  { name: 'logical', data: Array.from({ length: rows }, (_, i) => i % 3 === 0) },
  {
    name: 'bits',
    data: Uint8Array.from({ length: rows * 11 }, (_, i) => Number(i % 3 === 0)),
    kind: 'bit',
    shape: [11],
  },
  { name: 'complex', data: Float32Array.from({ length: 2 * rows }, (_, i) => i / 8), kind: 'complex' },
  { name: 'text', data: Array.from({ length: rows }, (_, i) => 'x'.repeat(i % 5)), display: 'A5' },
  { name: 'texts', data: Array.from({ length: 3 * rows }, (_, i) => `t${i}`), shape: [3] },
  {
    name: 'grid',
    data: Float64Array.from({ length: 6 * rows }, (_, i) => i / 3),
    shape: [2, 3],
    unit: 'Jy',
    display: 'F8.3',
  },
  { name: 'empty', data: new Float64Array(0), shape: [0] },
  { name: 'arrays', data: Array.from({ length: rows }, (_, i) => Int16Array.from({ length: i % 4 }, () => -i)) },
  { name: 'unsigned', data: Array.from({ length: rows }, (_, i) => Uint16Array.of(60_000 + i)) },
  { name: 'words', data: Array.from({ length: rows }, (_, i) => 'w'.repeat(i % 7)), isVariable: true },
]

const HEADER = new Header()
  .set('LONG', "it's a long string & more of it, ".repeat(8).trim(), 'with a comment')
  .set('ESO DET gain', 1.5, '[e/ADU]')
  .addHistory('x'.repeat(200))

test('checksums of both HDUs are right', async () => {
  const fits = await openFits(joined(encodeTable({ columns: everything(7), header: HEADER }, { checksum: true })))
  for (const hdu of fits.hdus) expect(await verifyChecksums(hdu)).toEqual({ datasum: 'ok', checksum: 'ok' })
})

test('a file appears whole or not at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const table = { columns: everything(5) }
  expect(await codeOf(writeTable(join(folder, 'b.fits'), table, { signal: AbortSignal.abort() }))).not.toBe('resolved')
  await writeTable(join(folder, 'a.fits'), table)
  expect(await readdir(folder)).toEqual(['a.fits'])
  await rm(folder, { recursive: true })
})

const FITSVERIFY = '/usr/bin/fitsverify'
if (!existsSync(FITSVERIFY)) console.warn('encode-table.test.ts is skipped in part: there is no fitsverify')

test.skipIf(!existsSync(FITSVERIFY))('fitsverify finds nothing to say', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const path = join(folder, 'a.fits')
  for (const rows of [1, 7, 0, 5000]) {
    const columns = rows === 0 ? everything(0).filter(({ data }) => !Array.isArray(data)) : everything(rows)
    for (const checksum of [false, true]) {
      await writeTable(path, { columns, rowCount: rows, header: HEADER, extname: 'CAT' }, { checksum })
      const { stdout } = await run(FITSVERIFY, [path])
      expect(stdout).toContain('Verification found 0 warning(s) and 0 error(s)')
    }
  }
  await rm(folder, { recursive: true })
})

const PYTHON = '/usr/bin/python3'
const hasAstropy = existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import astropy.io.fits']).status === 0
if (!hasAstropy) console.warn('encode-table.test.ts is skipped in part: there is no astropy')

const PRINT_COLUMNS = `
import json, sys, warnings
import numpy as np
from astropy.io import fits
warnings.simplefilter('ignore')
def little(values):
    return values.astype(values.dtype.newbyteorder('<')).tobytes().hex()
with fits.open(sys.argv[1], checksum=True, character_as_bytes=False) as hdus:
    table = hdus[1]
    result = {}
    for column in table.columns:
        values = table.data[column.name]
        if column.format[:2] in ('1P', '1Q') and column.format[2] != 'A':
            result[column.name] = [little(np.asarray(cell)) for cell in values]
        elif values.dtype.kind == 'U' or column.format[:3] == '1PA':
            result[column.name] = [''.join(text) for text in values.flat]
        else:
            result[column.name] = little(np.asarray(values)) if values.size else ''
    print(json.dumps([result, table.header['LONG'], table.header['HIERARCH ESO DET gain'], hdus[1]._checksum_valid if hasattr(hdus[1], '_checksum_valid') else True]))
`

/** The values as astropy has them: integers and floats bit for bit, logicals and bits a byte each. */
function asAstropy(data: ColumnToWrite['data']): unknown {
  if (Array.isArray(data)) {
    if (data.every((value) => typeof value === 'boolean')) return data.map((value) => (value ? '01' : '00')).join('')
    return (data as unknown[]).map((value) => (typeof value === 'string' ? value : asAstropy(value as Float32Array)))
  }
  const { buffer, byteOffset, byteLength } = data as Float32Array
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}

test.skipIf(!hasAstropy)('astropy reads the same bits', { timeout: 30_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fits-'))
  const path = join(folder, 'a.fits')
  // astropy 5.2 reads signed bytes as floats, and unsigned integers of variable length as signed ones.
  const columns = everything(6).filter(({ name }) => name !== 'Int8Array' && name !== 'unsigned')
  await writeTable(path, { columns, header: HEADER }, { checksum: true })
  const { stdout } = await run(PYTHON, ['-c', PRINT_COLUMNS, path])
  const [read, long, gain] = JSON.parse(stdout) as [Record<string, unknown>, string, number]
  expect(read).toEqual(Object.fromEntries(columns.map(({ name, data }) => [name, asAstropy(data)])))
  expect([long, gain]).toEqual([HEADER.get('LONG'), 1.5])
  await rm(folder, { recursive: true })
})
