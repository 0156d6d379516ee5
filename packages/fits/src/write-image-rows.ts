import { dirname } from 'node:path'
import { encodeImageRows, type ImageRows } from './encode-image-rows.js'
import type { PixelArray } from './encode-samples.js'
import type { WriteImageOptions } from './write-image.js'
import { writePieces } from './write-pieces.js'

/**
 * Writes a FITS file with one image that may be larger than the memory, as `encodeImageRows` makes it.
 *
 * The file appears under its name only when it is complete; one that is there is replaced. What has to wait for the header lies in a file
 * without a name in the same folder. On failure nothing is left behind.
 *
 * @throws TypeError as `encodeImageRows`; what the pixels throw, and what the system says of a path that cannot be written, is passed on.
 * @example await writeImageRows('mosaic.fits.fz', { width, height, pixels: rows() }, { compression: { quantize: 4 } })
 */
export async function writeImageRows(path: string, image: ImageRows, options: WriteImageOptions = {}): Promise<void> {
  const pixels = unlessAborted(image.pixels, options.signal)
  const pieces = encodeImageRows({ ...image, pixels }, { ...options, temporaryFolder: () => dirname(path) })
  await writePieces(path, pieces, options.signal)
}

/** The same pixels until the signal is aborted: all may be taken before there is a piece to write. */
async function* unlessAborted(
  pixels: ImageRows['pixels'],
  signal: AbortSignal | undefined,
): AsyncGenerator<PixelArray, void> {
  for await (const part of pixels) {
    signal?.throwIfAborted()
    yield part
  }
}
