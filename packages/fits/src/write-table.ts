import { encodeTable, type TableToWrite } from './encode-table.js'
import type { WriteOptions } from './write-image.js'
import { writePieces } from './write-pieces.js'

/**
 * Writes a FITS file with one binary table, as `encodeTable` makes it.
 *
 * The file appears under its name only when it is complete; one that is there is replaced. On failure nothing is left behind.
 *
 * @throws TypeError as `encodeTable`; what the system says of a path that cannot be written is passed on.
 * @example await writeTable('out.fits', { columns: [{ name: 'flux', data: new Float32Array(6), unit: 'Jy' }] })
 */
export async function writeTable(path: string, table: TableToWrite, options: WriteOptions = {}): Promise<void> {
  await writePieces(path, encodeTable(table, options), options.signal)
}
