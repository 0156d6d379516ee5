import { encodePadding } from './encode-padding.js'
import type { Hdu } from './hdu.js'
import type { ReadOptions } from './image-hdu.js'

/** Bytes in pieces; each is the caller's. */
export type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>, void>

/** The HDU as the file holds it, with the padding that may lack at the end of the file. */
export async function* storedPieces(hdu: Hdu, { signal }: ReadOptions): Pieces {
  const options = signal ? { signal } : {}
  for await (const piece of hdu.storedBytes('header', options)) yield piece as Uint8Array<ArrayBuffer>
  yield* padded(hdu.storedBytes('data', options) as Pieces)
}

/** The pieces, and what fills the last block behind them. */
export async function* padded(data: Pieces): Pieces {
  let length = 0
  for await (const piece of data) {
    length += piece.length
    yield piece
  }
  const padding = encodePadding(length)
  if (padding.length > 0) yield padding
}
