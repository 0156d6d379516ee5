import { Card } from './card.js'
import { encodeSamples, type PixelArray, pixelFormat } from './encode-samples.js'
import { formatCard } from './format-card.js'
import { BLOCK_LENGTH, Header } from './header.js'
import { stripHeader } from './strip-header.js'

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
export function encodeImage(image: ImageToWrite): Iterable<Uint8Array<ArrayBuffer>> {
  const { data, width, height, shape = [height, width], header } = image
  const pixels = shape.reduce((a, b) => a * b, 1)
  const isShape = shape.every((length) => Number.isSafeInteger(length) && length > 0)
  if (!isShape || shape.at(-1) !== width || (shape.at(-2) ?? 1) !== height || data.length !== pixels) {
    throw new TypeError(
      `${data.length} pixels do not fill an image of ${shape.join(' x ')} (${width} wide, ${height} high)`,
    )
  }
  return pieces(encodeImageHeader({ data, shape, ...(header ? { header } : {}) }), data)
}

/** The primary header of an image file, padded: what comes before the pixels. For pixels that are written band by band. */
export function encodeImageHeader({ data, shape, header = new Header() }: ImageForm): Uint8Array<ArrayBuffer> {
  const { bitpix, bzero } = pixelFormat(data)
  const axes = [...shape].reverse()
  const structure = [
    new Card('SIMPLE', true, { comment: 'conforms to FITS standard' }),
    new Card('BITPIX', bitpix, { comment: 'array data type' }),
    new Card('NAXIS', axes.length, { comment: 'number of array dimensions' }),
    ...axes.map((length, axis) => new Card(`NAXIS${axis + 1}`, length)),
  ]
  const scale = bzero === undefined ? [] : [new Card('BSCALE', 1), new Card('BZERO', bzero)]
  return new Header([...structure, ...scale, ...withConvention(withAxesFirst(stripHeader(header)))]).format()
}

/** The header with WCSAXES before all other keywords of world coordinates (FITS 4.0, section 8.2), which files do not always heed. */
function withAxesFirst(header: Header): Header {
  const axes = header.card('WCSAXES')
  return axes === undefined ? header : new Header([axes, ...header.delete('WCSAXES')])
}

/** The header with the card that announces continued strings, where it has some: readers and checkers look for it. */
function withConvention(header: Header): Header {
  const isLong = (card: Card) => !card.isCommentary && typeof card.value === 'string' && formatCard(card).length > 1
  if (header.has('LONGSTRN') || !header.cards.some(isLong)) return header
  return new Header([new Card('LONGSTRN', 'OGIP 1.0', { comment: 'strings may go on in CONTINUE cards' }), ...header])
}

/** The zero bytes that fill up the last block behind so many bytes of data. */
export function encodePadding(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK_LENGTH - (bytes % BLOCK_LENGTH)) % BLOCK_LENGTH)
}

function* pieces(header: Uint8Array<ArrayBuffer>, data: PixelArray): Generator<Uint8Array<ArrayBuffer>, void> {
  yield header
  const length = BAND_BYTES / data.BYTES_PER_ELEMENT
  for (let at = 0; at < data.length; at += length) yield encodeSamples(data.subarray(at, at + length))
  const padding = encodePadding(data.byteLength)
  if (padding.length > 0) yield padding
}
