import { dirname } from 'node:path'
import type { Fits } from './fits.js'
import type { FitsInput } from './fits-input.js'
import type { ReadOptions } from './image-hdu.js'
import { type OpenFitsOptions, openFits } from './open-fits.js'
import { type PackOptions, packFits } from './pack-fits.js'
import type { Pieces } from './stored-pieces.js'
import { type UnpackOptions, unpackFits } from './unpack-fits.js'
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
  options: OpenFitsOptions & ReadOptions = {},
): Promise<void> {
  await rewrite(input, path, options, unpackFits)
}

/**
 * Writes a FITS file with its images compressed tile by tile, as `packFits` makes it; else as `unpackFile`.
 *
 * @example await packFile('m13.fits', 'm13.fits.fz', { compression: { quantize: 4 } })
 */
export async function packFile(
  input: FitsInput,
  path: string,
  options: OpenFitsOptions & Pick<PackOptions, 'compression' | 'signal'> = {},
): Promise<void> {
  const { compression } = options
  await rewrite(input, path, options, (fits, own) => packFits(fits, { ...own, ...(compression && { compression }) }))
}

async function rewrite(
  input: FitsInput,
  path: string,
  options: OpenFitsOptions & ReadOptions,
  piecesOf: (fits: Fits, options: UnpackOptions) => Pieces,
): Promise<void> {
  const fits = await openFits(input, options)
  const { signal } = options
  try {
    const pieces = piecesOf(fits, { temporaryFolder: () => dirname(path), ...(signal ? { signal } : {}) })
    await writePieces(path, pieces, signal)
  } finally {
    await fits.close()
  }
}
