import { readFileSync } from 'node:fs'
import type { ByteSource } from '../src/index.js'
import { type Fits, openFits, TableHdu } from '../src/index.js'
import { fitsBytes, fixture } from './support.js'

/** Values as JSON has them: integers of all sizes as text, NaN as null. */
export type Plain = string | number | boolean | null | Plain[]

export const expectedTables = JSON.parse(readFileSync(fixture('expected-tables.json'), 'utf8')) as Record<
  string,
  Record<string, Plain[]>
>

/** A table to make byte by byte. */
interface RawTable {
  readonly forms: readonly string[]
  readonly rows: readonly Uint8Array[]
  readonly heap?: Uint8Array
  /** TTYPEn, where they are not A, B, C. */
  readonly names?: readonly string[]
  /** Cards in addition. */
  readonly cards?: readonly string[]
  /** The value of TFIELDS, where it is not the number of formats. */
  readonly fields?: string
  /** NAXIS1 and NAXIS2, where they are not those of the rows. */
  readonly rowBytes?: number
  readonly rowCount?: number
}

const PRIMARY = fitsBytes(['SIMPLE  = T', 'BITPIX  = 8', 'NAXIS   = 0'])

/** A file with one binary table, whose columns are called A, B, C. */
export function tableBytes({
  forms,
  rows,
  heap = new Uint8Array(0),
  cards = [],
  names,
  ...size
}: RawTable): Uint8Array {
  const rowBytes = size.rowBytes ?? rows[0]?.length ?? 0
  const fields = forms.flatMap((form, i) => [
    `${`TTYPE${i + 1}`.padEnd(8)}= '${names?.[i] ?? String.fromCharCode(65 + i)}'`,
    `${`TFORM${i + 1}`.padEnd(8)}= '${form}'`,
  ])
  const header = [
    "XTENSION= 'BINTABLE'",
    'BITPIX  = 8',
    'NAXIS   = 2',
    `NAXIS1  = ${rowBytes}`,
    `NAXIS2  = ${size.rowCount ?? rows.length}`,
    `PCOUNT  = ${heap.length}`,
    'GCOUNT  = 1',
    `TFIELDS = ${size.fields ?? forms.length}`,
    ...fields,
    ...cards,
  ]
  return new Uint8Array(Buffer.concat([PRIMARY, fitsBytes(header, new Uint8Array(Buffer.concat([...rows, heap])))]))
}

/** A file with one ASCII table, whose columns are called A, B, C. */
export function asciiTableBytes(
  columns: readonly { readonly form: string; readonly at: number }[],
  rows: readonly string[],
  cards: readonly string[] = [],
): Uint8Array {
  const fields = columns.flatMap(({ form, at }, i) => [
    `TTYPE${i + 1}  = '${String.fromCharCode(65 + i)}'`,
    `TFORM${i + 1}  = '${form}'`,
    `TBCOL${i + 1}  = ${at}`,
  ])
  const header = [
    "XTENSION= 'TABLE   '",
    'BITPIX  = 8',
    'NAXIS   = 2',
    `NAXIS1  = ${rows[0]?.length ?? 0}`,
    `NAXIS2  = ${rows.length}`,
    'PCOUNT  = 0',
    'GCOUNT  = 1',
    `TFIELDS = ${columns.length}`,
    ...fields,
    ...cards,
  ]
  return new Uint8Array(Buffer.concat([PRIMARY, fitsBytes(header, Buffer.from(rows.join(''), 'latin1'))]))
}

/** The first table of a file. */
export async function tableOf(input: Uint8Array | ByteSource): Promise<TableHdu> {
  return firstTable(await openFits(input))
}

function firstTable(fits: Fits): TableHdu {
  const table = fits.hdus.find((hdu) => hdu instanceof TableHdu)
  if (!table) throw new Error('the file has no table')
  return table
}

/** Big-endian bytes of numbers: `be('int32', 1, 2)`. */
export function be(
  type: 'int16' | 'int32' | 'int64' | 'float32' | 'float64',
  ...values: (number | bigint)[]
): Uint8Array {
  const size = Number(type.replace(/\D+/, '')) / 8
  const view = new DataView(new ArrayBuffer(values.length * size))
  values.forEach((value, i) => {
    if (type === 'int16') view.setInt16(i * size, Number(value))
    else if (type === 'int32') view.setInt32(i * size, Number(value))
    else if (type === 'int64') view.setBigInt64(i * size, BigInt(value))
    else if (type === 'float32') view.setFloat32(i * size, Number(value))
    else view.setFloat64(i * size, Number(value))
  })
  return new Uint8Array(view.buffer)
}

/** Bytes one after another. */
export function bytes(...parts: (Uint8Array | number | string)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
      ),
    ),
  )
}

/** A source that notes which bytes are read. */
export function watchedSource(content: Uint8Array): { source: ByteSource; reads: [number, number][] } {
  const reads: [number, number][] = []
  const source: ByteSource = {
    size: content.length,
    identity: 'watched',
    async read(offset, into) {
      const part = content.subarray(offset, offset + into.length)
      reads.push([offset, part.length])
      into.set(part)
      return part.length
    },
    async close() {},
  }
  return { source, reads }
}
