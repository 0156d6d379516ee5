import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type CardValue, type ImageHdu, openFits } from '../src/index.js'
import { codeOf, fixtureBytes } from './support.js'
import { type TileColumn, type TileFile, tileFile } from './tile-file.js'

/** The fixture with cards of its compressed HDU set to other values. */
async function altered(name: string, changes: Record<string, number | string>): Promise<Uint8Array> {
  const bytes = fixtureBytes(name)
  const fits = await openFits(bytes)
  const hdu = fits.hdus[1]!
  const header = Object.entries(changes).reduce((all, [keyword, value]) => all.set(keyword, value), hdu.storedHeader)
  const head = header.format()
  return new Uint8Array(Buffer.concat([bytes.subarray(0, hdu.headerOffset), head, bytes.subarray(hdu.dataOffset)]))
}

async function readAltered(changes: Record<string, number | string>): Promise<unknown> {
  const fits = await openFits(await altered('rice-int16.fits.fz', changes))
  const hdu = fits.hdus[1] as ImageHdu
  return hdu.error ? hdu.error.code : codeOf(hdu.read())
}

test.each([
  [{ ZCMPTYPE: 'HCOMPRESS_1' }, 'FITS_INVALID'],
  [{ ZCMPTYPE: 'BZIP2_1' }, 'FITS_UNSUPPORTED'],
  [{ ZVAL1: 0 }, 'FITS_INVALID'],
  [{ ZVAL2: 7 }, 'FITS_INVALID'],
  [{ ZVAL2: 8 }, 'FITS_UNSUPPORTED'],
  [{ ZBITPIX: 13 }, 'FITS_INVALID'],
  [{ ZTILE1: 0 }, 'FITS_INVALID'],
  [{ ZTILE2: -5 }, 'FITS_INVALID'],
  [{ ZTILE2: 1 }, 'FITS_INVALID'],
  [{ ZNAXIS1: 1_000_000_000 }, 'FITS_INVALID'],
  [{ ZNAXIS2: 2 ** 52 }, 'FITS_INVALID'],
  [{ THEAP: 0 }, 'FITS_INVALID'],
  [{ TFORM1: '1PZ' }, 'FITS_INVALID'],
  [{ TFORM1: '2PB' }, 'FITS_INVALID'],
  [{ PCOUNT: 10 ** 12 }, 'FITS_TRUNCATED'],
  [{ PCOUNT: 100 }, 'FITS_INVALID'],
])('refuses %j with %s', async (changes, code) => {
  expect(await readAltered(changes)).toBe(code)
})

test('restores the header of the image', async () => {
  const fits = await openFits(fixtureBytes('rice-uint16.fits.fz'))
  const hdu = fits.hdu('COMPRESSED_IMAGE')!
  expect(hdu.storedHeader.get('XTENSION')).toBe('BINTABLE')
  expect(hdu.header.cards.slice(0, 5).map(({ keyword, value }) => [keyword, value])).toEqual([
    ['XTENSION', 'IMAGE'],
    ['BITPIX', 16],
    ['NAXIS', 2],
    ['NAXIS1', 40],
    ['NAXIS2', 30],
  ])
  expect(hdu.header.cards.filter(({ keyword }) => /^(Z|T[FT])/.test(keyword))).toEqual([])
  expect(hdu.header.get('BZERO')).toBe(32768)
})

/** A compressed image of one 2 x 3 int16 tile that RICE did not code, in the column given. */
function fallback(column: string, form: string, tile: Uint8Array): Uint8Array {
  const columns = [
    { name: 'COMPRESSED_DATA', form: '1PB', cells: [new Uint8Array(0)] },
    { name: column, form: `1P${form}`, cells: [tile] },
  ]
  return tileFile({ algorithm: 'RICE_1', bitpix: 16, axes: [3, 2], tile: [3, 2], columns })
}

async function readTiles(bytes: Uint8Array): Promise<number[]> {
  const fits = await openFits(bytes)
  return [...(await (fits.hdus[1] as ImageHdu).read())]
}

const raw = Uint8Array.of(0, 1, 0, 2, 0, 3, 255, 255, 255, 254, 255, 253)

test.each([
  ['UNCOMPRESSED_DATA', 'I', raw],
  ['GZIP_COMPRESSED_DATA', 'B', new Uint8Array(gzipSync(raw))],
])('reads a tile from %s', async (column, form, tile) => {
  expect(await readTiles(fallback(column, form, tile))).toEqual([1, 2, 3, -1, -2, -3])
})

test.each([
  ['a bomb', new Uint8Array(gzipSync(new Uint8Array(1_000_000)))],
  ['too short', new Uint8Array(gzipSync(raw.subarray(2)))],
  ['no gzip', raw],
])('refuses a gzip tile that is %s', async (_, tile) => {
  const fits = await openFits(fallback('GZIP_COMPRESSED_DATA', 'B', tile))
  expect(await codeOf((fits.hdus[1] as ImageHdu).read())).toBe('FITS_INVALID')
})

/** The column of an image of one tile. */
function column(cell: Uint8Array): TileColumn {
  return { name: 'COMPRESSED_DATA', form: '1PB', cells: [cell] }
}

const FLOATS = { bitpix: -32, axes: [4, 1], tile: [4, 1], algorithm: 'NOCOMPRESS' } satisfies Partial<TileFile>
const SCALES: TileColumn[] = [
  { name: 'ZSCALE', form: '1D', cells: [0.5] },
  { name: 'ZZERO', form: '1D', cells: [100] },
]

/** Big-endian bytes of 32-bit integers. */
function int32(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  for (const [i, value] of values.entries()) view.setInt32(4 * i, value)
  return new Uint8Array(view.buffer)
}

function quantized(columns: TileColumn[], cards: Record<string, CardValue> = {}): Uint8Array {
  const data = { name: 'COMPRESSED_DATA', form: '1PB', cells: [int32(1, 2, -9, -2_147_483_647)] }
  return tileFile({ ...FLOATS, columns: [data, ...columns], cards })
}

test('ZBLANK, of a tile or of the image, says which integer of a quantised image is NaN; without it none is', async () => {
  const smallest = -2_147_483_647 * 0.5 + 100
  const blanks = { name: 'ZBLANK', form: '1J', cells: [-9] }
  const single = (values: number[]) => [...Float32Array.from(values)]
  expect(await readTiles(quantized(SCALES))).toEqual(single([100.5, 101, 95.5, smallest]))
  expect(await readTiles(quantized(SCALES, { ZBLANK: -2_147_483_647 }))).toEqual([100.5, 101, 95.5, Number.NaN])
  expect(await readTiles(quantized([...SCALES, blanks], { ZBLANK: 1 }))).toEqual(
    single([100.5, 101, Number.NaN, smallest]),
  )
})

test('ZSCALE and ZZERO may be of the whole image, and without them floats were not quantised', async () => {
  const cards = { ZSCALE: 2, ZZERO: 1, ZBLANK: -9 }
  expect((await readTiles(quantized([], cards))).slice(0, 3)).toEqual([3, 5, Number.NaN])
  const bits = [...new Float32Array(int32(0x3f80_0000, 0x4000_0000, 0, 0x7fc0_0000).reverse().buffer)].reverse()
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells: [int32(0x3f80_0000, 0x4000_0000, 0, 0x7fc0_0000)] }]
  expect(await readTiles(tileFile({ ...FLOATS, columns }))).toEqual(bits)
  expect(await readTiles(tileFile({ ...FLOATS, columns, cards: { ...cards, ZQUANTIZ: 'NONE' } }))).toEqual(bits)
  const rice = { ...FLOATS, algorithm: 'RICE_1', columns, cards: { ZSCALE: 1 } }
  expect(await codeOf(readTiles(tileFile(rice)))).toBe('FITS_INVALID')
})

test('integers have BLANK, or ZBLANK as some write it, and keep their type whatever size they were compressed in', async () => {
  const image = { algorithm: 'GZIP_1', bitpix: 16, axes: [3], tile: [3] }
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells: [new Uint8Array(gzipSync(int32(5, -7, 6)))] }]
  expect(await readTiles(tileFile({ ...image, columns, cards: { BLANK: -7 } }))).toEqual([5, Number.NaN, 6])
  expect(await readTiles(tileFile({ ...image, columns, cards: { ZBLANK: 6, BSCALE: 2 } }))).toEqual([
    10,
    -14,
    Number.NaN,
  ])
})

test('64-bit integers keep every bit', async () => {
  const values = BigInt64Array.of(2n ** 62n + 1n, -(2n ** 63n), 7n)
  const bytes = new Uint8Array(values.buffer.slice(0)).reverse()
  const cells = [new Uint8Array(gzipSync(bytes))]
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells }]
  const fits = await openFits(tileFile({ algorithm: 'GZIP_1', bitpix: 64, axes: [3], tile: [3], columns }))
  const hdu = fits.hdus[1] as ImageHdu
  expect([...(await hdu.readStored())]).toEqual([...values].reverse())
  expect([...(await hdu.read())]).toEqual([7, -(2 ** 63), 2 ** 62])
})

test('old files have values of parameters without their names, and another name for Rice', async () => {
  const bytes = await altered('rice-int16.fits.fz', { ZCMPTYPE: 'RICE_ONE', ZNAME1: 'X', ZNAME2: 'Y' })
  const text = Buffer.from(bytes).toString('latin1').replace('ZNAME1 ', 'OTHER1 ').replace('ZNAME2 ', 'OTHER2 ')
  expect(await readTiles(new Uint8Array(Buffer.from(text, 'latin1')))).toEqual(
    await readTiles(fixtureBytes('rice-int16.fits.fz')),
  )
})

test.each([
  ['no tile at all', new Uint8Array(0), 'FITS_INVALID'],
  ['too few bytes', int32(1, 2), 'FITS_INVALID'],
  ['a size that is none', new Uint8Array(12), 'FITS_INVALID'],
  ['more than there should be', new Uint8Array(100), 'FITS_INVALID'],
])('refuses an uncompressed tile with %s', async (_, cell, code) => {
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells: [cell] }, ...SCALES]
  expect(await codeOf(readTiles(tileFile({ ...FLOATS, columns })))).toBe(code)
})

test('refuses an image with a mask of null pixels by name', async () => {
  const masks = { name: 'NULL_PIXEL_MASK', form: '1PB', cells: [new Uint8Array(1)] }
  await expect(readTiles(quantized([...SCALES, masks]))).rejects.toMatchObject({
    code: 'FITS_UNSUPPORTED',
    message: expect.stringContaining('NULL_PIXEL_MASK'),
  })
})

test('says which tile is broken', async () => {
  const cells = [int32(1), Uint8Array.of(1, 2, 3)]
  const columns = [
    { name: 'COMPRESSED_DATA', form: '1PB', cells },
    { ...SCALES[0]!, cells: [1, 1] },
  ]
  const file = tileFile({ ...FLOATS, axes: [1, 2], tile: [1, 1], columns, cards: { ZZERO: 0, ZSCALE: 1 } })
  await expect(readTiles(file)).rejects.toMatchObject({
    message: expect.stringMatching(/^tile 1: /),
    details: { tile: 1 },
  })
})

test('a flat image has as few bytes as Rice coding needs, and not one less', async () => {
  for (const [rows, bytes] of [
    [4096, 4 + (4096 * 128 * 5) / 8],
    [3, 4 + Math.ceil((3 * 128 * 5) / 8)],
  ] as const) {
    const image = { algorithm: 'RICE_1', bitpix: 16, axes: [4096, rows], tile: [4096, rows] }
    const flat = (length: number) => tileFile({ ...image, columns: [column(new Uint8Array(length))] })
    const fits = await openFits(flat(bytes))
    expect((await (fits.hdus[1] as ImageHdu).readRows(rows - 1, rows)).every((value) => value === 0)).toBe(true)
    expect(await codeOf(readTiles(flat(bytes - 1)))).not.toBe('resolved')
  }
})

test('tiles in the other columns need no COMPRESSED_DATA, nor a seed that nothing was dithered with', async () => {
  const cells = [int32(0x3f80_0000, 0x4000_0000, 0, 0)]
  const columns = [{ name: 'UNCOMPRESSED_DATA', form: '1PE', cells }, ...SCALES]
  const cards = { ZQUANTIZ: 'SUBTRACTIVE_DITHER_1', ZDITHER0: 0 }
  expect(await readTiles(tileFile({ ...FLOATS, columns, cards }))).toEqual([1, 2, 0, 0])
  expect(await codeOf(readTiles(quantized(SCALES, cards)))).toBe('FITS_INVALID')
  expect(await codeOf(readTiles(tileFile({ ...FLOATS, columns: SCALES, cards })))).toBe('FITS_INVALID')
})

test('a tile that becomes far larger than it is needs leave', async () => {
  const image = { algorithm: 'PLIO_1', bitpix: 32, axes: [4095, 4095], tile: [4095, 4095] }
  const words = [0, 7, -100, 4102, 0, 0, 0, ...Array.from({ length: 4095 }, () => 0x4fff)]
  const columns = [column(Uint8Array.from(words.flatMap((word) => [(word >> 8) & 0xff, word & 0xff])))]
  const bytes = tileFile({ ...image, columns })
  const rows = async (maxTileBytes?: number) => {
    const fits = await openFits(bytes, { maxTileBytes })
    return (fits.hdus[1] as ImageHdu).readRows(4094, 4095)
  }
  await expect(rows()).rejects.toMatchObject({ code: 'FITS_UNSUPPORTED', details: { tile: 0 } })
  expect([...new Set(await rows(2 ** 28))]).toEqual([1])
})

test('a table of a few bytes cannot announce a large image', async () => {
  const columns = [{ name: 'COMPRESSED_DATA', form: '1PB', cells: [new Uint8Array(30)] }]
  for (const algorithm of ['RICE_1', 'GZIP_1', 'GZIP_2', 'HCOMPRESS_1', 'PLIO_1', 'NOCOMPRESS']) {
    const fits = await openFits(
      tileFile({ algorithm, bitpix: 16, axes: [30_000, 30_000], tile: [30_000, 30_000], columns }),
    )
    const hdu = fits.hdus[1] as ImageHdu
    expect(() => hdu.check()).toThrow(expect.objectContaining({ code: 'FITS_INVALID' }))
  }
})

test('a tile is decoded once for all readings of its rows, however large it is', async () => {
  const [width, height] = [4095, 8300]
  const words = [0, 7, -100, 7 + height, 0, 0, 0, ...Array.from({ length: height }, () => 0x4000 + width)]
  const columns = [column(Uint8Array.from(words.flatMap((word) => [(word >> 8) & 0xff, word & 0xff])))]
  const bytes = tileFile({ algorithm: 'PLIO_1', bitpix: 32, axes: [width, height], tile: [width, height], columns })
  let decoded = 0
  const source = {
    size: bytes.length,
    identity: '',
    read: async (offset: number, into: Uint8Array) => {
      if (into.length >= 2 * words.length) decoded++
      into.set(bytes.subarray(offset, offset + into.length))
      return Math.min(into.length, bytes.length - offset)
    },
    close: async () => {},
  }
  const fits = await openFits(source, { maxTileBytes: 2 ** 29 })
  const before = decoded
  for (let row = 0; row < height; row += 1000) {
    const values = await (fits.hdus[1] as ImageHdu).readRows(row, Math.min(row + 1000, height))
    expect(new Set(values)).toEqual(new Set([1]))
  }
  expect(decoded - before).toBe(1)
  await fits.close()
})

test.each([
  ['integers', 32, []],
  [
    'quantised floats',
    -32,
    [
      { name: 'ZSCALE', form: '1D', cells: [1] },
      { name: 'ZZERO', form: '1D', cells: [0] },
    ],
  ],
] as const)(
  'a large tile of %s is decoded with a breath now and then, and ends when the signal is aborted',
  async (_, bitpix, more) => {
    const [width, height] = [4096, 1600]
    // Nothing but blocks of zeros.
    const columns = [column(new Uint8Array(4 + (width * height * 5) / 32 / 8)), ...more]
    const tile = { algorithm: 'RICE_1', bitpix, axes: [width, height], tile: [width, height], columns }
    const fits = await openFits(tileFile({ ...tile, cards: bitpix < 0 ? { ZQUANTIZ: 'NO_DITHER' } : {} }))
    const hdu = fits.hdus[1] as ImageHdu
    const into = new (hdu.sampleType === 'float64' ? Float64Array : Float32Array)(width * height).fill(-1)
    const end = new AbortController()
    const reading = codeOf(hdu.readRows(0, height, into, { signal: end.signal }))
    while (into[0] === -1) await new Promise(setImmediate)
    end.abort()
    expect(await reading).toBe(new DOMException('', 'AbortError').code)
    expect(into.at(-1)).toBe(-1)
    expect(await codeOf(hdu.readRows(0, height, into))).toBe('resolved')
    expect(into.at(-1)).toBe(0)
    const cut = [column(new Uint8Array(100_000)), ...more]
    const { hdus } = await openFits(tileFile({ ...tile, columns: cut }))
    expect(await codeOf((hdus[1] as ImageHdu).read())).toMatch(/FITS_/)
  },
)
