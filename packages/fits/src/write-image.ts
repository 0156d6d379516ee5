import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { encodeImage, type ImageToWrite } from './encode-image.js'
import type { ReadOptions } from './image-hdu.js'

/**
 * Writes a FITS file with one image, as `encodeImage` makes it.
 *
 * The file appears under its name only when it is complete; one that is there is replaced. On failure nothing is left behind.
 *
 * @throws TypeError as `encodeImage`; what the system says of a path that cannot be written is passed on.
 * @example await writeImage('out.fits', { data: new Float32Array(6), width: 3, height: 2 })
 */
export async function writeImage(path: string, image: ImageToWrite, options: ReadOptions = {}): Promise<void> {
  const pieces = encodeImage(image)
  const temporary = `${path}.${randomUUID()}.part`
  try {
    await writePieces(temporary, pieces, options.signal)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writePieces(path: string, pieces: Iterable<Uint8Array>, signal: AbortSignal | undefined): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    for (const piece of pieces) {
      signal?.throwIfAborted()
      await handle.writeFile(piece)
    }
  } finally {
    await handle.close()
  }
}
