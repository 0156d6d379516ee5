import { Card } from './card.js'
import { type PixelArray, pixelFormat } from './encode-samples.js'
import { wrongArgument } from './errors.js'
import { Header } from './header.js'
import { headerToWrite } from './header-to-write.js'

/** The most axes that FITS has. */
const MAX_AXES = 999

/** How many pixels to write, of which type. */
export interface ImageForm {
  /** An array of the type; its contents do not matter. */
  readonly data: PixelArray
  /** Lengths of the axes, the slowest first. */
  readonly shape: readonly number[]
  readonly header?: Header | undefined
}

/** The header of an image in a primary HDU: its structure, its scaling, and what else the given one says. */
export function imageHeader({ data, shape, header = new Header() }: ImageForm): Header {
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

/** The primary header of an image file, padded: what comes before the pixels. For pixels that are written at places of their own. */
export function encodeImageHeader(form: ImageForm): Uint8Array<ArrayBuffer> {
  return imageHeader(form).format()
}

/** Whether the card is one of the structure that an image's header begins with. */
export function isStructureCard({ keyword, isCommentary }: Card): boolean {
  return !isCommentary && /^(?:SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT)$/.test(keyword)
}

/**
 * The lengths of an image's axes, the slowest first.
 *
 * @throws TypeError when the lengths are none, or the last two are not its height and width.
 */
export function shapeToWrite(image: {
  width: number
  height: number
  shape?: readonly number[] | undefined
}): readonly number[] {
  const { width, height, shape = [height, width] } = image
  const isShape =
    Array.isArray(shape) &&
    shape.length > 0 &&
    shape.length <= MAX_AXES &&
    shape.every((length) => Number.isSafeInteger(length) && length > 0)
  if (isShape && shape.at(-1) === width && (shape.at(-2) ?? 1) === height) return shape
  const shown = Array.isArray(shape) ? shape.slice(0, 10).join(' x ') : String(shape)
  throw wrongArgument(`${shown} is no shape of an image that is ${width} wide and ${height} high`)
}
