import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type DumpHdu, dump, type FitsDump } from '../src/dump.js'
import { expected, fitsBytes, fixture } from './support.js'
import { be, bytes, tableBytes } from './table-support.js'

const sha256 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

async function dumpBytes(content: Uint8Array): Promise<FitsDump> {
  const folder = await mkdtemp(join(tmpdir(), 'fits-dump-'))
  try {
    await writeFile(join(folder, 'a.fits'), content)
    return await dump(join(folder, 'a.fits'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('tells HDUs, cards and images', async () => {
  const { hdus } = await dump(fixture('extensions.fits'))
  const [, , , science] = hdus as DumpHdu[]
  expect(science).toMatchObject({ index: 3, kind: 'image', extname: 'SCI', bitpix: -32, shape: [6, 8] })
  expect(science!.cards[0]).toEqual(['XTENSION', 'IMAGE', 'Image extension'])
  const { hdus: images } = await dump(fixture('float32.fits'))
  expect(images![0]!.image).toMatchObject({ ...expected.images['float32.fits'], n: 35, dtype: 'float32' })
  expect(images![0]!.image).toHaveProperty('samples.length', 8)
})

test('hashes columns in a canonical form', async () => {
  const row = bytes(be('int32', -1), be('float32', -0), 'ab  ', be('int32', 2, 0))
  const heap = be('int16', 3, 4)
  const { hdus } = await dumpBytes(tableBytes({ forms: ['J', 'E', '4A', 'PI(2)', '0D'], rows: [row], heap }))
  const { nrows, columns } = hdus![1]!.table as Extract<DumpHdu['table'], { nrows: number }>
  expect(nrows).toBe(1)
  expect(columns).toEqual([
    { name: 'A', format: 'J', kind: 'int', sha256: sha256(new Uint8Array(8).fill(255)) },
    { name: 'B', format: 'E', kind: 'float', sha256: sha256(new Uint8Array(8)) },
    { name: 'C', format: '4A', kind: 'string', sha256: sha256('ab\n') },
    {
      name: 'D',
      format: 'PI(2)',
      kind: 'int',
      sha256: sha256(Uint8Array.of(2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0)),
    },
    { name: 'E', format: '0D', kind: 'empty', sha256: sha256() },
  ])
})

test('values that JSON does not have', async () => {
  const cards = [
    'SIMPLE  = T',
    'BITPIX  = 8',
    'NAXIS   = 0',
    'BIG     = 12345678901234567890',
    'C       = (1.5, 2)',
    'U       =',
  ]
  const { hdus } = await dumpBytes(fitsBytes([...cards, 'BAD     = x', 'COMMENT c']))
  expect(hdus![0]!.cards.slice(3)).toEqual([
    ['BIG', { int: '12345678901234567890' }, ''],
    ['C', { re: 1.5, im: 2 }, ''],
    ['U', null, ''],
    ['BAD', { unparsable: 'not a FITS value: x' }, ''],
    ['COMMENT', 'c', null],
  ])
  const values = be('float32', Number.NaN, Number.POSITIVE_INFINITY, 1)
  const image = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 1', 'NAXIS1  = 3']
  const read = await dumpBytes(fitsBytes(image, values))
  expect(read.hdus![0]!.image).toMatchObject({ nan: 1, min: 1, max: 'Infinity', mean: 'Infinity' })
})

test('errors stand where they belong', async () => {
  expect(await dumpBytes(Buffer.from('text'))).toEqual({
    error: { code: 'FITS_NOT_FITS', message: expect.stringContaining('text') },
  })
  const broken = tableBytes({ forms: ['J', 'PJ'], rows: [be('int32', 1, 5, 5)] })
  const { hdus } = await dumpBytes(broken)
  expect(hdus![1]!.table).toMatchObject({ columns: [{ kind: 'int' }, { error: { code: 'FITS_INVALID' } }] })
  const malformed = await dumpBytes(tableBytes({ forms: ['1Z'], rows: [new Uint8Array(4)] }))
  expect(malformed.hdus![1]!.table).toMatchObject({ error: { code: 'FITS_INVALID' } })
  await expect(dump('/no/such/file')).rejects.toMatchObject({ code: 'ENOENT' })
})
