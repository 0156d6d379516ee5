import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodeRice } from '../src/encode-rice.js'
import { type ByteSource, type ImageHdu, openFits } from '../src/index.js'
import { codeOf } from './support.js'
import { tileFile } from './tile-file.js'

const WIDTH = 40
const HEIGHT = 60

/** More than is read in vain of a source without a path. */
const FAR = 600 * 1024

const PIXELS = Int32Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 7919) % 1013)
const VALUES = [...PIXELS]

const ROWS = Array.from({ length: HEIGHT }, (_, row) => PIXELS.slice(row * WIDTH, (row + 1) * WIDTH))
const CODED = ROWS.map((row) => encodeRice(row, { bytepix: 4, blocksize: 32 }))

/** Bytes of a row of the table with one descriptor. */
const CELL = 8

/** An image whose rows lie in the heap as `order` says, which is FAR longer than they need. */
async function imageIn(order: readonly number[], gapBefore?: number): Promise<Uint8Array> {
  const heap: Uint8Array[] = []
  const places = new Map<number, number>()
  let at = 0
  for (const row of order) {
    if (row === gapBefore) {
      heap.push(new Uint8Array(FAR))
      at += FAR
    }
    places.set(row, at)
    heap.push(CODED[row]!)
    at += CODED[row]!.length
  }
  const cells = ROWS.map((_, row) => (row === 0 ? new Uint8Array(Buffer.concat(heap)) : new Uint8Array(0)))
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells }]
  const image = { algorithm: 'RICE_1', bitpix: 32, axes: [WIDTH, HEIGHT], tile: [WIDTH, 1] }
  const bytes = tileFile({ ...image, columns, cards: { ZNAME1: 'BLOCKSIZE', ZVAL1: 32, ZNAME2: 'BYTEPIX', ZVAL2: 4 } })
  const table = (await openFits(bytes)).hdus[1]!.dataOffset
  const view = new DataView(bytes.buffer)
  for (const [row, place] of places) {
    view.setInt32(table + row * CELL, CODED[row]!.length)
    view.setInt32(table + row * CELL + 4, place)
  }
  return bytes
}

/** Bytes that are somewhere else, with what is read of them. */
function counted(bytes: Uint8Array): ByteSource & { readonly reads: number[] } {
  const reads: number[] = []
  const read = async (offset: number, into: Uint8Array) => {
    reads.push(into.length)
    into.set(bytes.subarray(offset, offset + into.length))
    return into.length
  }
  return { size: bytes.length, identity: 'one', read, close: async () => undefined, reads }
}

const inOrder = Array.from({ length: HEIGHT }, (_, row) => row)

test.each([
  ['in order', inOrder, undefined, 1],
  ['in the order of a pyramid', [...inOrder].reverse(), undefined, 1],
  ['with the last one far from the others', inOrder, HEIGHT - 1, 7],
  ['with one that was written again, behind all others', [...inOrder.filter((row) => row !== 21), 21], 21, 8],
  ['in two halves', inOrder, HEIGHT / 2, 2],
])('rows that lie %s are read in as few pieces as can be, halved', async (_, order, gapBefore, pieces) => {
  const source = counted(await imageIn(order, gapBefore))
  const hdu = (await openFits(source)).hdus[1] as ImageHdu
  hdu.check()
  source.reads.length = 0
  expect([...(await hdu.readRows(0, HEIGHT))]).toEqual(VALUES)
  const [table, ...others] = source.reads
  expect(table).toBe(HEIGHT * CELL)
  expect(others.length).toBeLessThanOrEqual(pieces)
  expect(others.every((length) => length < FAR)).toBe(true)
})

test('some rows are the rows of the whole image', async () => {
  const hdu = (await openFits(await imageIn(inOrder, 30))).hdus[1] as ImageHdu
  for (const [from, to] of [
    [0, 1],
    [29, 31],
    [57, 60],
  ] as const)
    expect([...(await hdu.readRows(from, to))]).toEqual(VALUES.slice(from * WIDTH, to * WIDTH))
})

test('rows that follow each other take one reading of the table, and one each of the heap, whoever else reads', async () => {
  const source = counted(await imageIn(inOrder))
  const hdu = (await openFits(source)).hdus[1] as ImageHdu
  hdu.check()
  source.reads.length = 0
  const bands = [10, 20, 30, 40, 50, 60].map((to) => ({ from: to - 10, to }))
  for (const { from, to } of bands)
    expect([...(await hdu.readRows(from, to))]).toEqual(VALUES.slice(from * WIDTH, to * WIDTH))
  expect(source.reads.length).toBe(1 + bands.length)
  const atOnce = await Promise.all(bands.map(({ from, to }) => hdu.readRows(from, to)))
  expect(atOnce.flatMap((values) => [...values])).toEqual(VALUES)
})

test('a row in another column is read among the others', async () => {
  const other = new DataView(new ArrayBuffer(4 * WIDTH))
  for (const [i, value] of ROWS[3]!.entries()) other.setInt32(4 * i, value)
  const cells = CODED.map((bytes, row) => (row === 3 ? new Uint8Array(0) : bytes))
  const gzipped = CODED.map((_, row) =>
    row === 3 ? new Uint8Array(gzipSync(new Uint8Array(other.buffer))) : new Uint8Array(0),
  )
  const columns = [
    { name: 'COMPRESSED_DATA', form: '1PB', cells },
    { name: 'GZIP_COMPRESSED_DATA', form: '1PB', cells: gzipped },
  ]
  const image = { algorithm: 'RICE_1', bitpix: 32, axes: [WIDTH, HEIGHT], tile: [WIDTH, 1] }
  const hdu = (await openFits(tileFile({ ...image, columns }))).hdus[1] as ImageHdu
  expect([...(await hdu.readRows(0, HEIGHT))]).toEqual(VALUES)
})

test.each([
  ['a negative place', 5 * CELL + 4, -1, 'FITS_INVALID', { column: 'COMPRESSED_DATA' }],
  ['a place behind the heap', 5 * CELL + 4, 1_000_000_000, 'FITS_INVALID', { column: 'COMPRESSED_DATA' }],
  ['a negative length', 5 * CELL, -7, 'FITS_INVALID', { column: 'COMPRESSED_DATA' }],
  ['too few bytes for its pixels', 5 * CELL, 3, 'FITS_INVALID', { tile: 5 }],
  ['fewer bytes than its pixels take', 5 * CELL, 30, 'FITS_TRUNCATED', { tile: 5 }],
  ['no bytes', 5 * CELL, 0, 'FITS_INVALID', { tile: 5 }],
])('a row with %s is refused as a tile by itself', async (_, at, value, code, details) => {
  const bytes = await imageIn(inOrder)
  const table = (await openFits(bytes)).hdus[1]!.dataOffset
  new DataView(bytes.buffer).setInt32(table + at, value)
  const hdu = (await openFits(bytes)).hdus[1] as ImageHdu
  await expect(hdu.readRows(0, HEIGHT)).rejects.toMatchObject({ code, details })
})

test('a row may become no more than its reader allows', async () => {
  const bytes = await imageIn(inOrder)
  const hdu = (await openFits(bytes, { maxTileBytes: 8 * WIDTH - 1 })).hdus[1] as ImageHdu
  expect(await codeOf(hdu.readRows(0, HEIGHT))).toBe('FITS_UNSUPPORTED')
  const allowed = (await openFits(bytes, { maxTileBytes: 8 * WIDTH })).hdus[1] as ImageHdu
  expect([...(await allowed.readRows(0, HEIGHT))]).toEqual(VALUES)
})
