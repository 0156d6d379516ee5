import { Card } from './card.js'
import { Checksum } from './checksum.js'
import { withChecksums } from './checksum-header.js'
import { CompressedImage } from './compressed-image.js'
import { CompressedTable } from './compressed-table.js'
import { encodeSamples } from './encode-samples.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { Header } from './header.js'
import type { ReadOptions } from './image-hdu.js'
import { SpillBuffer } from './spill-buffer.js'
import { type Pieces, padded, storedPieces } from './stored-pieces.js'
import { storedRows } from './stored-rows.js'

/** Bytes of a piece. */
const PIECE_BYTES = 1024 * 1024

/** Bytes that are held in memory of what has to wait for the header. */
const MEMORY_BYTES = 32 * 1024 * 1024

/** How to unpack. */
export interface UnpackOptions extends ReadOptions {
  /** Names the folder for what has to wait: a file without a name, needed for HDUs with checksums beyond 32 MiB; the system's by default. */
  readonly temporaryFolder?: () => string
}

/**
 * The file without tile compression, as funpack makes it, in pieces of a few megabytes; each is the caller's.
 *
 * Images and tables that are compressed become what they were, with their own headers; where these have checksums, new ones. An image that was
 * the primary HDU is so again. All else stays as it is, byte for byte. Of a gzip file it is what that inflates to.
 *
 * @throws the errors of HDUs that are cut or malformed, and of tiles that cannot be decoded, when their pieces are taken.
 * @example for await (const piece of unpackFits(fits)) await handle.write(piece)
 */
export async function* unpackFits(fits: Fits, options: UnpackOptions = {}): Pieces {
  for (const [place, hdu] of hdusOf(fits).entries()) {
    if (hdu.error) throw hdu.error
    const data = dataOf(hdu, options)
    if (data === undefined) yield* storedPieces(hdu, options)
    else yield* withHeader(place === 0 ? hdu.header : asExtension(hdu.header), padded(data), options)
  }
}

/** Without the empty primary HDU, where there is an image that was in its place. */
function hdusOf({ hdus }: Fits): readonly Hdu[] {
  const [primary, first] = hdus
  const isMoved = first instanceof CompressedImage && first.header.cards[0]?.keyword === 'SIMPLE'
  return primary?.dataLength === 0 && isMoved ? hdus.slice(1) : hdus
}

/** The uncompressed data; undefined where the HDU is not compressed. */
function dataOf(hdu: Hdu, options: ReadOptions): Pieces | undefined {
  if (hdu instanceof CompressedImage) return imagePieces(hdu, options)
  return hdu instanceof CompressedTable ? hdu.uncompressedBytes(options) : undefined
}

/** The pixels as a file holds them, some rows at a time. */
async function* imagePieces(image: CompressedImage, options: ReadOptions): Pieces {
  if (!image.hasData) return
  const rows = Math.max(1, Math.floor((PIECE_BYTES * 8) / (image.width * Math.abs(image.bitpix))))
  for await (const pixels of storedRows(image, rows, options)) yield encodeSamples(pixels)
}

/** The header, with new checksums where it has some, and the data behind it. */
async function* withHeader(header: Header, data: Pieces, { temporaryFolder }: UnpackOptions): Pieces {
  if (!header.has('CHECKSUM') && !header.has('DATASUM')) {
    yield header.format()
    yield* data
    return
  }
  const spill = new SpillBuffer({ memoryBytes: MEMORY_BYTES, ...(temporaryFolder && { folder: temporaryFolder }) })
  try {
    const sum = new Checksum()
    for await (const piece of data) {
      sum.add(piece)
      await spill.append(piece)
    }
    yield withChecksums(header, sum).format()
    yield* spill.drain()
  } finally {
    await spill.close()
  }
}

/** The header of an image that was the primary HDU, of another one: it cannot begin with SIMPLE there. */
function asExtension(header: Header): Header {
  if (header.cards[0]?.keyword !== 'SIMPLE') return header
  const rest = header.delete('EXTEND').cards.slice(1)
  const axes = 2 + (header.getInteger('NAXIS') ?? 0)
  return new Header([
    new Card('XTENSION', 'IMAGE', { comment: 'Image extension' }),
    ...rest.slice(0, axes),
    ...(header.has('PCOUNT') ? [] : [new Card('PCOUNT', 0), new Card('GCOUNT', 1)]),
    ...rest.slice(axes),
  ])
}
