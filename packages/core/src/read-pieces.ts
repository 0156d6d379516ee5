import type { ByteSource } from './byte-source.js'
import { DataLabError } from './errors.js'

/** Bytes of a piece. */
const PIECE = 2 ** 20

/**
 * All bytes of a source, piece by piece, for a response, a file or a storage; the source is closed at the end, and also when the reader leaves
 * before. A piece is the reader's, to keep or change.
 *
 * @throws DATALAB_SOURCE_SHORT when the source ends before its size; what the source throws.
 * @example Readable.from(readPieces(await lab.open(basename))).pipe(response)
 */
export async function* readPieces(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  try {
    for (let offset = 0; offset < source.size; ) {
      const piece = new Uint8Array(Math.min(PIECE, source.size - offset))
      const length = await source.read(offset, piece)
      if (length === 0)
        throw new DataLabError('DATALAB_SOURCE_SHORT', `The source ended after ${offset} of ${source.size} bytes.`)
      yield piece.subarray(0, length)
      offset += length
    }
  } finally {
    await source.close()
  }
}
