import { dirname } from 'node:path'
import { type FitsInput, type OpenFitsOptions, openFits } from './open-fits.js'
import type { UnpackOptions } from './unpack-fits.js'
import { unpackFits } from './unpack-fits.js'
import { writePieces } from './write-pieces.js'

/**
 * Writes a FITS file without tile compression, as `unpackFits` makes it.
 *
 * The file appears under its name only when it is complete; one that is there is replaced. On failure nothing is left behind.
 *
 * @throws as `openFits` and `unpackFits`; what the system says of a path that cannot be written is passed on.
 * @example await unpackFile('m13.fits.fz', 'm13.fits')
 */
export async function unpackFile(
  input: FitsInput,
  path: string,
  options: OpenFitsOptions & Pick<UnpackOptions, 'signal'> = {},
): Promise<void> {
  const fits = await openFits(input, options)
  const { signal } = options
  try {
    const pieces = unpackFits(fits, { temporaryFolder: () => dirname(path), ...(signal ? { signal } : {}) })
    await writePieces(path, pieces, signal)
  } finally {
    await fits.close()
  }
}
