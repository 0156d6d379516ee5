import { Checksum } from './checksum.js'
import { withChecksums } from './checksum-header.js'
import { CompressedImageTable } from './compressed-image-table.js'
import type { EncodeImageOptions } from './encode-image.js'
import { encodePadding } from './encode-padding.js'
import { encodeSamples, type PixelArray } from './encode-samples.js'
import { encodedTiles } from './encoded-tiles.js'
import { gridToWrite } from './grid-to-write.js'
import type { Header } from './header.js'
import { imageHeader, shapeToWrite } from './image-header.js'
import { checkBands, checkedPixels } from './pixel-bands.js'
import { SpillBuffer } from './spill-buffer.js'
import { checkCompression, tileEncoderFor } from './tile-encoder.js'

/** Bytes that are held in memory of what has to wait for the header, where nothing else is said. */
export const MEMORY_BYTES = 32 * 1024 * 1024

/** Bytes of a piece. */
const PIECE_BYTES = 1024 * 1024

/** An image whose pixels come one part after another. */
export interface ImageRows {
  /** Pixels in a row. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** For a cube: the lengths of all axes, the slowest first, of which the last two are `height` and `width`. */
  readonly shape?: readonly number[] | undefined
  /** What else the header shall say. Its structural, scaling, compression and checksum cards are replaced by the image's own. */
  readonly header?: Header | undefined
  /**
   * The pixels in the order of the file, the bottom row of the picture first, in arrays of one type; each may end anywhere, a few megabytes
   * are best. An array is used up before the next one is asked for.
   */
  readonly pixels: Iterable<PixelArray> | AsyncIterable<PixelArray>
}

/** How to write an image that comes in parts. */
export interface EncodeRowsOptions extends EncodeImageOptions {
  /** Names the folder for what has to wait: a file without a name, needed for compression and checksums beyond `memoryBytes`. */
  readonly temporaryFolder?: () => string
  /** Bytes that are held in memory of what has to wait; 32 MiB by default. */
  readonly memoryBytes?: number
}

/**
 * A complete FITS file with one image that may be larger than the memory, in pieces of about a megabyte; each piece is the caller's.
 *
 * What `encodeImage` makes of the same pixels, byte for byte. Pixels are asked for as pieces are taken, and no more than a band of them is
 * held. Compressed, or with checksums, all pixels are taken before the first piece is given, since the header tells of them; what is encoded
 * waits in memory, beyond some bytes in a temporary file.
 *
 * @throws TypeError, when pieces are taken, for pixels that are of another type or number than the first said.
 * @example
 * async function* rows() {
 *   for (let y = 0; y < 50_000; y++) yield new Float32Array(50_000).fill(y)
 * }
 * const pieces = encodeImageRows({ width: 50_000, height: 50_000, pixels: rows() }, { compression: 'lossless' })
 */
export function encodeImageRows(
  image: ImageRows,
  options: EncodeRowsOptions = {},
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const { compression = 'none', tile } = options
  const shape = shapeToWrite(image)
  checkCompression(compression)
  checkBands(gridToWrite(shape, tile))
  imageHeader({ data: new Uint8Array(0), shape, header: image.header }).format()
  return pieces(image, shape, options)
}

async function* pieces(
  { header, pixels }: ImageRows,
  shape: readonly number[],
  options: EncodeRowsOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { compression = 'none', checksum = false, temporaryFolder, memoryBytes = MEMORY_BYTES } = options
  const spill = new SpillBuffer({ memoryBytes, ...(temporaryFolder && { folder: temporaryFolder }) })
  try {
    const checked = checkedPixels(pixels, shape)
    const first = await checked.next()
    const parts = { first: first.value!, rest: checked, shape, header, spill, checksum }
    if (tileEncoderFor(parts.first, shape, compression)) yield* compressedPieces(parts, options)
    else yield* checksum ? summedPieces(parts) : plainPieces(parts)
  } finally {
    await spill.close()
  }
}

interface Parts {
  /** The first pixels, whose type is that of all. */
  readonly first: PixelArray
  readonly rest: AsyncIterable<PixelArray>
  readonly shape: readonly number[]
  readonly header: Header | undefined
  readonly spill: SpillBuffer
  readonly checksum: boolean
}

async function* plainPieces(parts: Parts): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  yield plainHeader(parts).format()
  yield* samplePieces(parts)
}

/** The header tells the sum of the pixels, so that these have to wait. */
async function* summedPieces(parts: Parts): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const sum = new Checksum()
  for await (const piece of samplePieces(parts)) {
    sum.add(piece)
    await parts.spill.append(piece)
  }
  yield withChecksums(plainHeader(parts), sum).format()
  yield* parts.spill.drain()
}

async function* compressedPieces(
  parts: Parts,
  { compression = 'none', tile }: EncodeRowsOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { first, rest, shape, spill, checksum } = parts
  const grid = gridToWrite(shape, tile)
  const encoder = tileEncoderFor(first, shape, compression)!
  const table = new CompressedImageTable(encoder, grid, checksum)
  const sum = new Checksum()
  const onBand = (band: PixelArray) => {
    if (checksum) sum.add(encodeSamples(band))
  }
  for await (const { rows, bytes } of encodedTiles({ first, rest, grid, encoder, onBand })) {
    table.addRows(rows, bytes)
    await spill.append(bytes)
  }
  const plain = plainHeader(parts)
  yield* table.start(checksum ? withChecksums(plain, sum) : plain)
  yield* spill.drain()
  const padding = table.end()
  if (padding.length > 0) yield padding
}

function plainHeader({ first, shape, header }: Parts): Header {
  return imageHeader({ data: first, shape, header })
}

/** The pixels as a file holds them, with the padding. */
async function* samplePieces({ first, rest }: Parts): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let bytes = 0
  const length = PIECE_BYTES / first.BYTES_PER_ELEMENT
  for await (const pixels of joinedWith(first, rest)) {
    for (let at = 0; at < pixels.length; at += length) yield encodeSamples(pixels.subarray(at, at + length))
    bytes += pixels.byteLength
  }
  const padding = encodePadding(bytes)
  if (padding.length > 0) yield padding
}

async function* joinedWith(first: PixelArray, rest: AsyncIterable<PixelArray>): AsyncGenerator<PixelArray, void> {
  yield first
  yield* rest
}
