import { type GreyPicture, shrinkToFit } from './shrink.js'
import { type Limits, zscale } from './zscale.js'

/** The longest side a JPEG is made with. */
const MAX_JPEG_SIDE = 65_500

/** The picture of an image of physical values. */
export interface PreviewSource {
  /** Row after row, the bottom row of the picture first; only read. */
  readonly data: Float32Array | Float64Array
  readonly width: number
  readonly height: number
}

/** How to render. */
export interface PreviewOptions {
  /** Side of the box that the small picture fits, in pixels; 200 by default. */
  readonly size?: number
  /** The values shown black and white; those of `zscale` by default. */
  readonly limits?: Limits
}

/** Two JPEG files of one image. */
export interface Preview {
  /** The full frame, shrunk only where it is longer than a JPEG can be. */
  readonly large: Uint8Array
  /** The frame shrunk to fit a box, never enlarged. */
  readonly small: Uint8Array
}

/**
 * Renders an image as grey JPEG pictures, row 0 at the bottom.
 *
 * The stretch is linear from `limits.low`, black, to `limits.high`, white; NaN is black; an image of one value is mid-grey. Shrinking
 * averages. Loads sharp when first called.
 *
 * @throws TypeError when the data do not fill the frame.
 * @example const { large, small } = await renderPreview(await readImage('m13.fits'))
 */
export async function renderPreview(source: PreviewSource, options: PreviewOptions = {}): Promise<Preview> {
  const { data, width, height } = source
  if (!(width > 0 && height > 0 && data.length === width * height)) {
    throw new TypeError(`${data.length} pixels do not fill a frame of ${width} x ${height}`)
  }
  const { size = 200, limits = zscale(data) } = options
  const full = stretch(source, limits)
  const large = await encodeJpeg(shrinkToFit(full, MAX_JPEG_SIDE, MAX_JPEG_SIDE), 80)
  return { large, small: await encodeJpeg(shrinkToFit(full, size, size), 80) }
}

/** The image as bytes, black to white, the top row of the picture first. */
function stretch({ data, width, height }: PreviewSource, { low, high }: Limits): GreyPicture {
  const pixels = new Uint8Array(width * height)
  // In halves, since the range may be more than the largest number.
  const factor = high > low ? 127.5 / (high / 2 - low / 2) : 0
  const offset = high > low ? 0.5 - low * factor : 128.5
  for (let y = 0; y < height; y++) {
    const to = (height - 1 - y) * width
    stretchRow(data.subarray(y * width, (y + 1) * width), factor, offset, pixels.subarray(to, to + width))
  }
  return { pixels, width, height }
}

function stretchRow(row: Float32Array | Float64Array, factor: number, offset: number, into: Uint8Array): void {
  for (let x = 0; x < row.length; x++) {
    const grey = row[x]! * factor + offset
    // In this order NaN is 0.
    into[x] = grey > 0 ? Math.min(grey, 255) : 0
  }
}

async function encodeJpeg({ pixels, width, height }: GreyPicture, quality: number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp')
  return sharp(pixels, { raw: { width, height, channels: 1 }, limitInputPixels: false })
    .toColourspace('b-w')
    .jpeg({ quality, optimiseCoding: false })
    .toBuffer()
}
