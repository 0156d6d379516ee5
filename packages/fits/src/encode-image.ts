import { Card } from './card.js'
import { formatWithChecksums } from './checksum-header.js'
import { encodeSamples, type PixelArray, pixelFormat } from './encode-samples.js'
import { BLOCK_LENGTH, Header } from './header.js'
import { headerToWrite } from './header-to-write.js'

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

/** How many pixels to write, of which type. */
export interface ImageForm {
  /** An array of the type; its contents do not matter. */
  readonly data: PixelArray
  /** Lengths of the axes, the slowest first. */
  readonly shape: readonly number[]
  readonly header?: Header
}

/**
 * A complete FITS file with one image in its primary HDU, in pieces of about a megabyte; each piece is the caller's.
 *
 * Float32Array and Float64Array become BITPIX -32 and -64, bit for bit; integers BITPIX 8, 16, 32 and 64, with the BZERO that the standard
 * has for Int8Array and unsigned types. The data are only read, while the pieces are taken.
 *
 * @throws TypeError when the data do not fill the shape, or a card cannot be written in FITS.
 * @example await writeFile('out.fits', encodeImage({ data: new Float32Array(6), width: 3, height: 2 }))
 */
export function encodeImage(image: ImageToWrite, options: EncodeOptions = {}): Iterable<Uint8Array<ArrayBuffer>> {
  const { data, width, height, shape = [height, width], header } = image
  const pixels = shape.reduce((a, b) => a * b, 1)
  const isShape = shape.every((length) => Number.isSafeInteger(length) && length > 0)
  if (!isShape || shape.at(-1) !== width || (shape.at(-2) ?? 1) !== height || data.length !== pixels) {
    throw new TypeError(
      `${data.length} pixels do not fill an image of ${shape.join(' x ')} (${width} wide, ${height} high)`,
    )
  }
  const whole = imageHeader({ data, shape, ...(header ? { header } : {}) })
  // What cannot be written is refused here, not where the first piece is taken.
  const bytes = whole.format()
  return options.checksum ? piecesWithChecksums(whole, data) : pieces(bytes, data)
}

/** The primary header of an image file, padded: what comes before the pixels. For pixels that are written band by band. */
export function encodeImageHeader(form: ImageForm): Uint8Array<ArrayBuffer> {
  return imageHeader(form).format()
}

function imageHeader({ data, shape, header = new Header() }: ImageForm): Header {
  const { bitpix, bzero } = pixelFormat(data)
  const axes = [...shape].reverse()
  const structure = [
    new Card('SIMPLE', true, { comment: 'conforms to FITS standard' }),
    new Card('BITPIX', bitpix, { comment: 'array data type' }),
    new Card('NAXIS', axes.length, { comment: 'number of array dimensions' }),
    ...axes.map((length, axis) => new Card(`NAXIS${axis + 1}`, length)),
  ]
  const scale = bzero === undefined ? [] : [new Card('BSCALE', 1), new Card('BZERO', bzero)]
  return new Header([...structure, ...scale, ...headerToWrite(header)])
}

/** The zero bytes that fill up the last block behind so many bytes of data. */
export function encodePadding(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK_LENGTH - (bytes % BLOCK_LENGTH)) % BLOCK_LENGTH)
}

function* piecesWithChecksums(header: Header, data: PixelArray): Generator<Uint8Array<ArrayBuffer>, void> {
  yield* pieces(formatWithChecksums(header, pixelPieces(data)), data)
}

function* pieces(header: Uint8Array<ArrayBuffer>, data: PixelArray): Generator<Uint8Array<ArrayBuffer>, void> {
  yield header
  yield* pixelPieces(data)
}

function* pixelPieces(data: PixelArray): Generator<Uint8Array<ArrayBuffer>, void> {
  const length = BAND_BYTES / data.BYTES_PER_ELEMENT
  for (let at = 0; at < data.length; at += length) yield encodeSamples(data.subarray(at, at + length))
  const padding = encodePadding(data.byteLength)
  if (padding.length > 0) yield padding
}
