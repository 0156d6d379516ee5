import { encodePadding } from './encode-padding.js'
import type { FrameSize } from './frame.js'
import type { Header } from './header.js'
import { encodeImageHeader, shapeToWrite } from './image-header.js'
import { checkedPixels } from './pixel-bands.js'
import type { Samples } from './samples.js'
import { swapBytes } from './swap-bytes.js'

/** Bytes of a piece. */
const PIECE_BYTES = 2 ** 20

/** Of an image that has no more, pixels of either type: its file is one piece, since each is a request to the disk of an object and of its copy. */
const SMALL_BYTES = 2 ** 16

/** An image whose pixels come part by part. */
export interface PlainRows extends FrameSize {
  readonly header: Header
  readonly pixels: AsyncIterable<Samples>
}

/**
 * The FITS file that `encodeImageRows` makes of the same pixels without compression, byte for byte. Its pieces are all in the same memory: each
 * has to be used up before the next is asked for. While the last one of a part is, the next part is being made.
 */
export async function* plainPieces(rows: PlainRows): AsyncGenerator<Uint8Array, void> {
  const bytes = rows.width * rows.height * Float64Array.BYTES_PER_ELEMENT
  if (bytes <= SMALL_BYTES) yield await joined(piecesOf(rows, bytes))
  else yield* piecesOf(rows, PIECE_BYTES)
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece.slice())
  return Buffer.concat(all)
}

async function* piecesOf(rows: PlainRows, pieceBytes: number): AsyncGenerator<Uint8Array, void> {
  const { width, height, header, pixels } = rows
  const shape = shapeToWrite({ width, height })
  const room = new Uint8Array(pieceBytes)
  const parts = checkedPixels(pixels, shape)
  let bytes = 0
  try {
    for (let next = parts.next(); ; ) {
      const { value: part } = await next
      if (part === undefined) break
      if (bytes === 0) yield encodeImageHeader({ data: part, shape, header })
      const size = part.BYTES_PER_ELEMENT
      const all = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      for (let at = 0; at < all.length; at += pieceBytes) {
        const piece = room.subarray(0, Math.min(pieceBytes, all.length - at))
        piece.set(all.subarray(at, at + pieceBytes))
        swapBytes(piece, size)
        if (at + pieceBytes >= all.length) next = begun(parts.next())
        yield piece
      }
      bytes += all.length
    }
  } finally {
    await parts.return()
  }
  const padding = encodePadding(bytes)
  if (padding.length > 0) yield padding
}

/** A promise that may fail before anyone waits for it. */
function begun<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {})
  return promise
}
