import { checkFits } from './check-arguments.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { TableHdu } from './table-hdu.js'

/**
 * The table a file is about: the extension called CAT, the source catalogue of an archive's frame, if it is a table, else the first HDU that
 * is; undefined without one.
 *
 * A table whose data are cut counts: reading it says so.
 *
 * @param which The table at this place, or of this name, instead, as `Fits.hdu` finds it; undefined where that is no table.
 * @throws FITS_ARGUMENT when it is neither.
 * @example const times = await findTable(fits, 'EVENTS')?.numbers('TIME')
 */
export function findTable(fits: Fits, which?: number | string, extver?: number): TableHdu | undefined {
  checkFits(fits)
  if (which !== undefined) {
    const hdu = fits.hdu(which, extver)
    return hdu instanceof TableHdu ? hdu : undefined
  }
  const tables = fits.hdus.filter((hdu) => hdu instanceof TableHdu)
  return tables.find(isMainTable) ?? tables[0]
}

/** Whether no other table of its file comes before this one. */
export function isMainTable(hdu: Hdu): boolean {
  return hdu instanceof TableHdu && hdu.extname.toUpperCase() === 'CAT'
}
