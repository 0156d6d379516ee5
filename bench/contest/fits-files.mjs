import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const ENDING = /\.fits(\.fz)?$/

/**
 * The paths of the FITS files in a folder, in the order of their names, numbers in these by their size.
 *
 * @param {string} folder
 */
export function fitsFiles(folder) {
  const names = readdirSync(folder).filter((name) => ENDING.test(name))
  const order = new Intl.Collator('en', { numeric: true })
  return names.sort(order.compare).map((name) => join(folder, name))
}
