import { invalid } from './errors.js'
import { findTable } from './find-table.js'
import type { Fits } from './fits.js'
import type { Header } from './header.js'
import { type FitsInput, openFits } from './open-fits.js'
import { TableHdu, type TableSelection } from './table-hdu.js'
import type { ColumnValues } from './table-values.js'

/** Which table to read, and what of it. */
export interface ReadTableOptions<Name extends string = string> extends TableSelection<Name> {
  /** The HDU's place in the file, or its name; by default the one `findTable` chooses. */
  readonly hdu?: number | string
}

/** A table in memory. */
export interface Table<Name extends string = string> {
  /** The values of each column, as `TableHdu.column` gives them, by its name. The object has no prototype. */
  readonly columns: Record<Name, ColumnValues>
  /** How many rows were read. */
  readonly rowCount: number
  /** The header of the table's HDU. */
  readonly header: Header
}

/**
 * Reads one table: the extension CAT, else the first table. The caller owns the arrays.
 *
 * @throws FITS_INVALID when there is no such table or column, and whatever `openFits` and `TableHdu.column` throw.
 * @example const { columns: { x, y, flux } } = await readTable('tfn1m014-fa20-20240101-0100-e91.fits.fz', { hdu: 'CAT' })
 */
export async function readTable<const Name extends string = string>(
  input: FitsInput,
  options: ReadTableOptions<Name> = {},
): Promise<Table<Name>> {
  const fits = await openFits(input)
  try {
    const table = chooseTable(fits, options.hdu)
    const { from = 0, to = table.rowCount } = options
    return { columns: await table.read(options), rowCount: to - from, header: table.header }
  } finally {
    await fits.close()
  }
}

function chooseTable(fits: Fits, which: number | string | undefined): TableHdu {
  const hdu = which === undefined ? findTable(fits) : fits.hdu(which)
  if (hdu instanceof TableHdu) return hdu
  const broken = hdu?.error ?? fits.hdus.find(({ error }) => error)?.error
  if (broken) throw broken
  const found = fits.hdus.map(({ index, kind, extname }) => `${index} ${kind}${extname ? ` ${extname}` : ''}`)
  const what = which === undefined ? 'table' : `table in HDU ${JSON.stringify(which)}`
  throw invalid(`the file has no ${what}; its HDUs are: ${found.join(', ').slice(0, 400)}`, { hdu: which ?? null })
}
