import { type HduChoice, missingHdu, withHdus } from './choose-hdu.js'
import { findTable, isMainTable } from './find-table.js'
import type { Fits } from './fits.js'
import type { FitsInput } from './fits-input.js'
import type { Header } from './header.js'
import { inheritedHeader } from './inherited-header.js'
import type { ReadLimits } from './open-fits.js'
import type { TableHdu, TableSelection } from './table-hdu.js'
import type { ColumnValues } from './table-values.js'

/** Which table to read, what of it, and what that may take; by default the one that `findTable` chooses. */
export interface ReadTableOptions<Name extends string = string> extends TableSelection<Name>, HduChoice, ReadLimits {}

/** A table in memory. */
export interface Table<Name extends string = string> {
  /** The values of each column, as `TableHdu.column` gives them, by its name. The object has no prototype. */
  readonly columns: Record<Name, ColumnValues>
  /** How many rows were read. */
  readonly rowCount: number
  /** The header of the table's HDU, with what it inherits from the primary header where it says INHERIT = T: see `inheritedHeader`. */
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
  return withHdus(input, options, isMainTable, async (fits) => {
    const table = chooseTable(fits, options)
    const { columns: names, from = 0, to = table.rowCount, signal } = options
    const columns = await table.read({ columns: names, from, to, signal })
    return { columns, rowCount: to - from, header: inheritedHeader(fits, table) }
  })
}

function chooseTable(fits: Fits, choice: HduChoice): TableHdu {
  const table = findTable(fits, choice.hdu, choice.extver)
  if (table) return table
  throw missingHdu(fits, choice, 'table')
}
