import { type EncodeImageOptions, type EncodeOptions, encodeImage, type ImageToWrite } from './encode-image.js'
import { writePieces } from './write-pieces.js'

/** How to write a file. */
export interface WriteOptions extends EncodeOptions {
  /** Ends the writing between two pieces; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
}

/** How to write a file with an image. */
export interface WriteImageOptions extends WriteOptions, EncodeImageOptions {}

/**
 * Writes a FITS file with one image, as `encodeImage` makes it.
 *
 * The file appears under its name only when it is complete; one that is there is replaced. On failure nothing is left behind. A compressed
 * file is called `.fits.fz` by those who look for one.
 *
 * @throws TypeError as `encodeImage`; what the system says of a path that cannot be written is passed on.
 * @example await writeImage('out.fits.fz', { data: new Float32Array(6), width: 3, height: 2 }, { compression: 'lossless' })
 */
export async function writeImage(path: string, image: ImageToWrite, options: WriteImageOptions = {}): Promise<void> {
  await writePieces(path, encodeImage(image, options), options.signal)
}
