import { checksumOf, withChecksums } from './checksum-header.js'
import { CompressedImageTable } from './compressed-image-table.js'
import { encodePadding } from './encode-padding.js'
import { checkPixelArray, encodeSamples, type PixelArray } from './encode-samples.js'
import { wrongArgument } from './errors.js'
import { gridToWrite } from './grid-to-write.js'
import type { Header } from './header.js'
import { imageHeader, shapeToWrite } from './image-header.js'
import { newLike } from './pixel-bands.js'
import { copyShared, runsOf, sectionPixels, wholeSection } from './section.js'
import { type ImageCompression, type TileEncoder, tileEncoderFor } from './tile-encoder.js'
import { type TileGrid, tileAt, tileCount } from './tile-grid.js'

/** Bytes of pixels that are encoded at once. */
const BAND_BYTES = 1024 * 1024

/** An image to write. */
export interface ImageToWrite {
  /** The pixels, row after row, the bottom row of the picture first. Its type is the file's: see `encodeImage`. */
  readonly data: PixelArray
  /** Pixels in a row. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** For a cube: the lengths of all axes, the slowest first, of which the last two are `height` and `width`. */
  readonly shape?: readonly number[]
  /** What else the header shall say. Its structural, scaling, compression and checksum cards are replaced by the image's own. */
  readonly header?: Header
}

/** How to write. */
export interface EncodeOptions {
  /** Whether each HDU gets DATASUM and CHECKSUM. The data are encoded twice for that, as the header comes first; false by default. */
  readonly checksum?: boolean
}

/** How to write an image. */
export interface EncodeImageOptions extends EncodeOptions {
  /** Whether and how pixels are compressed, tile by tile; `none` by default. Integers of 64 bits, and images of more than six axes, stay as they are. */
  readonly compression?: ImageCompression
  /** Lengths of a tile, the slowest axis first; a row by default. Axes that it does not name have 1. */
  readonly tile?: readonly number[]
}

/**
 * A complete FITS file with one image, in pieces of about a megabyte; each piece is the caller's.
 *
 * Float32Array and Float64Array become BITPIX -32 and -64, bit for bit; integers BITPIX 8, 16, 32 and 64, with the BZERO that the standard
 * has for Int8Array and unsigned types. The image is in the primary HDU or, compressed, in the binary table behind it; then the compressed
 * bytes are held in memory, as the table's length comes first. The data are only read, while the pieces are taken.
 *
 * @throws TypeError when the data do not fill the shape, or a card cannot be written in FITS.
 * @example await writeFile('out.fits', encodeImage({ data: new Float32Array(6), width: 3, height: 2 }))
 */
export function encodeImage(image: ImageToWrite, options: EncodeImageOptions = {}): Iterable<Uint8Array<ArrayBuffer>> {
  const { data, width, height, header } = image
  const { compression = 'none', checksum = false } = options
  const shape = shapeToWrite(image)
  checkPixelArray(data)
  if (data.length !== shape.reduce((a, b) => a * b, 1)) {
    throw wrongArgument(
      `${data.length} pixels do not fill an image of ${shape.join(' x ')} (${width} wide, ${height} high)`,
    )
  }
  const plain = imageHeader({ data, shape, header })
  const encoder = tileEncoderFor(data, shape, compression)
  const grid = gridToWrite(shape, options.tile)
  // What cannot be written is refused here, not where the first piece is taken.
  plain.format()
  return encoder ? compressedPieces({ data, plain, grid, encoder, checksum }) : pieces(plain, data, checksum)
}

function* pieces(header: Header, data: PixelArray, checksum: boolean): Generator<Uint8Array<ArrayBuffer>, void> {
  yield (checksum ? withChecksums(header, checksumOf(pixelPieces(data))) : header).format()
  yield* pixelPieces(data)
}

function* pixelPieces(data: PixelArray): Generator<Uint8Array<ArrayBuffer>, void> {
  const length = BAND_BYTES / data.BYTES_PER_ELEMENT
  for (let at = 0; at < data.length; at += length) yield encodeSamples(data.subarray(at, at + length))
  const padding = encodePadding(data.byteLength)
  if (padding.length > 0) yield padding
}

interface CompressedParts {
  readonly data: PixelArray
  readonly plain: Header
  readonly grid: TileGrid
  readonly encoder: TileEncoder
  readonly checksum: boolean
}

function* compressedPieces(parts: CompressedParts): Generator<Uint8Array<ArrayBuffer>, void> {
  const { data, plain, grid, encoder, checksum } = parts
  const table = new CompressedImageTable(encoder, grid, checksum)
  const heap: Uint8Array[] = []
  for (let index = 0; index < tileCount(grid); index++) {
    const { pixels, rowLength } = tilePixels(data, grid, index)
    heap.push(table.add(encoder.encode(pixels, rowLength)))
  }
  yield* table.start(checksum ? withChecksums(plain, checksumOf(pixelPieces(data))) : plain)
  yield* joined(heap)
  const padding = table.end()
  if (padding.length > 0) yield padding
}

/** The pixels of a tile: where they are, if they lie together there. */
function tilePixels(data: PixelArray, grid: TileGrid, index: number): { pixels: PixelArray; rowLength: number } {
  const tile = tileAt(grid, index)
  const whole = wholeSection(grid.axes)
  const length = sectionPixels(tile)
  const rowLength = tile.size[0]!
  const { value: run } = runsOf(tile, whole).next()
  if (run && run.length === length) return { pixels: data.subarray(run.at, run.at + length), rowLength }
  const pixels = newLike(data, length)
  copyShared(data as never, whole, pixels as never, tile)
  return { pixels, rowLength }
}

/** The same bytes in pieces of about a megabyte. */
function* joined(parts: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>, void> {
  let [from, length] = [0, 0]
  for (const [i, part] of parts.entries()) {
    length += part.length
    if (length < BAND_BYTES && i < parts.length - 1) continue
    yield new Uint8Array(Buffer.concat(parts.slice(from, i + 1)))
    ;[from, length] = [i + 1, 0]
  }
}
