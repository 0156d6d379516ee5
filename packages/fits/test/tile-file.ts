import type { CardValue } from '../src/card-value.js'
import { Header } from '../src/header.js'

/** A column of a compressed image's table: of variable length where its cells are bytes, else of doubles or 32-bit integers. */
export interface TileColumn {
  readonly name: string
  readonly form: string
  readonly cells: readonly (Uint8Array | number)[]
}

/** A compressed image put together by hand. */
export interface TileFile {
  readonly algorithm: string
  readonly bitpix: number
  /** Lengths of the axes, the fastest first. */
  readonly axes: readonly number[]
  readonly tile: readonly number[]
  readonly columns: readonly TileColumn[]
  readonly cards?: Readonly<Record<string, CardValue>>
}

const CELL_BYTES: Readonly<Record<string, number>> = { P: 8, Q: 16, D: 8, J: 4, I: 2, E: 4 }
const ELEMENT_BYTES: Readonly<Record<string, number>> = { B: 1, I: 2, J: 4, E: 4, D: 8 }

/** The file: an empty primary HDU, and the table. */
export function tileFile({ algorithm, bitpix, axes, tile, columns, cards = {} }: TileFile): Uint8Array {
  const rows = columns[0]!.cells.length
  const heap: Uint8Array[] = []
  const table = Array.from({ length: rows }, (_, row) => columns.map((column) => cellBytes(column, row, heap))).flat()
  const pcount = lengthOf(heap)
  let header = new Header().set('XTENSION', 'BINTABLE').set('BITPIX', 8).set('NAXIS', 2)
  header = header
    .set(
      'NAXIS1',
      columns.reduce((sum, { form }) => sum + cellLength(form), 0),
    )
    .set('NAXIS2', rows)
  header = header.set('PCOUNT', pcount).set('GCOUNT', 1).set('TFIELDS', columns.length)
  for (const [i, { name, form }] of columns.entries())
    header = header.set(`TTYPE${i + 1}`, name).set(`TFORM${i + 1}`, form)
  header = header.set('ZIMAGE', true).set('ZCMPTYPE', algorithm).set('ZBITPIX', bitpix).set('ZNAXIS', axes.length)
  for (const [i, length] of axes.entries()) header = header.set(`ZNAXIS${i + 1}`, length)
  for (const [i, length] of tile.entries()) header = header.set(`ZTILE${i + 1}`, length)
  for (const [keyword, value] of Object.entries(cards)) header = header.set(keyword, value)
  const primary = new Header().set('SIMPLE', true).set('BITPIX', 8).set('NAXIS', 0)
  return new Uint8Array(Buffer.concat([primary.format(), header.format(), ...table, ...heap]))
}

function cellBytes({ form, cells }: TileColumn, row: number, heap: Uint8Array[]): Uint8Array {
  const cell = cells[row]!
  const view = new DataView(new ArrayBuffer(cellLength(form)))
  const code = form.replace(/^\d+/, '')[0]!
  if (typeof cell === 'number') {
    if (code === 'D') view.setFloat64(0, cell)
    else view.setInt32(0, cell)
  } else if (cell.length > 0) {
    view.setInt32(0, cell.length / ELEMENT_BYTES[form.replace(/^\d*P/, '')[0]!]!)
    view.setInt32(4, lengthOf(heap))
    heap.push(cell)
  }
  return new Uint8Array(view.buffer)
}

function cellLength(form: string): number {
  return CELL_BYTES[form.replace(/^\d+/, '')[0]!]!
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}
