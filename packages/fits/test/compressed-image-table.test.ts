import { expect, test } from 'vitest'
import { CompressedImageTable } from '../src/compressed-image-table.js'
import { Header } from '../src/index.js'
import { type EncodedTile, tileEncoderFor } from '../src/tile-encoder.js'
import { tileGrid } from '../src/tile-grid.js'

/** The header and rows of a table of tiles of these lengths; the bytes themselves are not looked at. */
function tableOf(lengths: readonly number[]) {
  const encoder = tileEncoderFor(new Int16Array(0), [1, 1], 'lossless')!
  const table = new CompressedImageTable(encoder, tileGrid([10, lengths.length], [10, 1]), false)
  for (const length of lengths) {
    table.add({ bytes: { length } as Uint8Array, isFallback: false, scale: 0, zero: 0 } satisfies EncodedTile)
  }
  const [, header, rows] = table.start(new Header())
  return { header: Header.parse(header!), rows: new DataView(rows!.buffer), padding: table.end().length }
}

test('places in a heap below 2 GiB have 32 bits', () => {
  const { header, rows, padding } = tableOf([100, 2 ** 31 - 101])
  expect(header.get('TFORM1')).toBe('1PB(2147483547)')
  expect(header.get('NAXIS1')).toBe(8)
  expect([rows.getInt32(8), rows.getInt32(12)]).toEqual([2 ** 31 - 101, 100])
  expect((2 ** 31 - 1 + 16 + padding) % 2880).toBe(0)
})

test('places in a larger heap have 64 bits', () => {
  const { header, rows } = tableOf([2 ** 31, 5, 7])
  expect(header.get('TFORM1')).toBe('1QB(2147483648)')
  expect(header.get('NAXIS1')).toBe(16)
  expect(header.get('PCOUNT')).toBe(2 ** 31 + 12)
  expect([rows.getBigInt64(32), rows.getBigInt64(40)]).toEqual([7n, 2n ** 31n + 5n])
})
