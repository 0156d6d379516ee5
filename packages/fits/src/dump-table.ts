import { NumberHash } from './dump-numbers.js'
import { isFitsError } from './errors.js'
import type { ColumnInfo, ColumnKind } from './table-column-info.js'
import type { TableHdu } from './table-hdu.js'
import { type DecodedColumn, type DecodedElements, isCells } from './table-values.js'

/** What went wrong with a part of a file. */
export interface DumpError {
  readonly code: string
  readonly message: string
}

/** What is said of a column. */
export interface DumpColumn {
  readonly name: string
  readonly format: string
  readonly unit?: string
  readonly dim?: string
  /** `empty` where it has no bytes; null where the table has no rows. */
  readonly kind: 'bool' | 'int' | 'float' | 'complex' | 'string' | 'empty' | null
  readonly sha256?: string
  readonly error?: DumpError
}

/** What is said of a table. */
export interface DumpTable {
  readonly nrows: number
  readonly columns: readonly DumpColumn[]
}

const KINDS: Readonly<Record<ColumnKind, NonNullable<DumpColumn['kind']>>> = {
  logical: 'bool',
  bit: 'bool',
  integer: 'int',
  float: 'float',
  complex: 'complex',
  string: 'string',
}

/** The error as the dump has it. Anything but an error about the file is thrown on: it is a fault of this program. */
export function dumpError(error: unknown): DumpError {
  if (!isFitsError(error)) throw error
  return { code: error.code, message: error.message }
}

/**
 * The table's columns, each with a hash of its values.
 *
 * @throws FITS_INVALID, FITS_TRUNCATED when the table cannot be read at all; what concerns one column is in its entry.
 */
export async function dumpTable(table: TableHdu): Promise<DumpTable> {
  table.check()
  const { columns: infos, rowCount } = table
  const found = await valuesOf(table, infos).catch(() => undefined)
  const columns: DumpColumn[] = []
  for (const [place, info] of infos.entries()) {
    const about = describe(table, info)
    try {
      const values = found ? found[place]! : (await valuesOf(table, [info]))[0]!
      columns.push({ ...about, ...values })
    } catch (error) {
      columns.push({ ...about, kind: KINDS[info.kind], error: dumpError(error) })
    }
  }
  return { nrows: rowCount, columns }
}

function describe(table: TableHdu, info: ColumnInfo): Pick<DumpColumn, 'name' | 'format' | 'unit' | 'dim'> {
  const dim = table.storedHeader.getString(`TDIM${info.number}`)
  const { name, format, unit } = info
  return { name, format, ...(unit === undefined ? {} : { unit }), ...(dim === undefined ? {} : { dim }) }
}

/** What is said of the values of some columns, which are read in one pass. */
async function valuesOf(table: TableHdu, infos: readonly ColumnInfo[]): Promise<Pick<DumpColumn, 'kind' | 'sha256'>[]> {
  const sums = infos.map((info) => ({ info, hash: new NumberHash(), elements: 0 }))
  const places = infos.map(({ number }) => number - 1)
  for await (const { decoded } of table.blocks(places, {}, { isForgotten: true })) {
    for (const [place, sum] of sums.entries()) {
      const column = decoded[place]!
      sum.elements += isCells(column) ? column.cells.length : column.values.length
      addColumn(sum.hash, sum.info, column)
    }
  }
  return sums.map(({ info, hash, elements }) => ({
    kind: table.rowCount === 0 ? null : elements === 0 ? 'empty' : KINDS[info.kind],
    sha256: hash.digest(),
  }))
}

function addColumn(hash: NumberHash, info: ColumnInfo, decoded: DecodedColumn): void {
  if (!isCells(decoded)) {
    if (info.kind === 'string') addTexts(hash, decoded.values as string[], info.isVariable)
    else addElements(hash, info, decoded)
    return
  }
  for (const cell of decoded.cells) {
    addCount(hash, info.kind === 'complex' ? cell.values.length / 2 : cell.values.length)
    addElements(hash, info, cell)
  }
}

function addTexts(hash: NumberHash, texts: readonly string[], isVariable: boolean): void {
  if (!isVariable) {
    if (texts.length > 0) hash.addBytes(Buffer.from(`${texts.join('\n')}\n`, 'latin1'))
    return
  }
  for (const text of texts) {
    addCount(hash, text.length)
    hash.addBytes(Buffer.from(text, 'latin1'))
  }
}

function addCount(hash: NumberHash, count: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(count)
  hash.addBytes(bytes)
}

function addElements(hash: NumberHash, { kind }: ColumnInfo, { values }: DecodedElements): void {
  const numbers = values as Float64Array
  if (kind === 'logical' || kind === 'bit') hash.addBytes(Uint8Array.from(numbers))
  else if (kind === 'integer') hash.addIntegers(numbers)
  else hash.addFloats(numbers)
}
