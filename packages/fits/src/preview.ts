import { encodeJpeg, type GreyBands } from '@datalab/pixels'
import { wrongArgument } from './errors.js'
import { ImageHdu } from './image-hdu.js'
import { pixelKernels } from './pixel-kernels.js'
import { pictureOf, sampleOf } from './preview-bands.js'
import { factorToFit, Shrinker } from './shrink.js'
import { type Limits, pictureLimits } from './zscale.js'

/** The longest side a JPEG is made with, and the most pixels that one of a file gets. */
const MAX_JPEG_SIDE = 65_500
const MAX_JPEG_PIXELS = 2 ** 26

/** Of the JPEGs: steps of brightness are two fifths of those of the standard's annex K. */
const QUALITY = 80

/** The most pixels of a file that are read at once. */
const WHOLE_PIXELS = 2 ** 24

/** Pixels that become grey at once: few enough to stay in the processor's cache. */
const BAND_PIXELS = 65_536

/** They are so many rows, or a multiple of that: rows of blocks. */
const BAND_ROWS = 8

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
  /** The values shown black and white; by default those of `zscale`, or the least and the highest where these are one. */
  readonly limits?: Limits
  /** Ends the reading of an image of a file; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
}

/** The two files as they are made, in pieces: first the large one, then the small one. */
export interface PreviewPieces {
  readonly large: AsyncIterable<Uint8Array>
  readonly small: AsyncIterable<Uint8Array>
}

/** Two JPEG files of one image. */
export interface Preview {
  /** The full frame, shrunk only where it is longer than a JPEG can be, or an image of a file has more than 64 million pixels. */
  readonly large: Uint8Array
  /** The frame shrunk to fit a box, never enlarged. */
  readonly small: Uint8Array
}

/**
 * Renders an image as grey JPEG pictures, row 0 at the bottom.
 *
 * The stretch is linear from `limits.low`, black, to `limits.high`, white; NaN is black; an image of one value is mid-grey. Shrinking
 * averages.
 *
 * Of an image of a file it is the first plane. One of more than 16 million pixels is read part by part, so that memory stays below some
 * 200 MB however large it is; `limits` are then those of 128 of its rows.
 *
 * @throws TypeError when the data do not fill the frame, or there are none.
 * @throws The errors of reading.
 * @example const { large, small } = await renderPreview(await readImage('m13.fits'))
 */
export async function renderPreview(source: PreviewSource | ImageHdu, options: PreviewOptions = {}): Promise<Preview> {
  const { large, small } = await previewPieces(source, options)
  return { large: await joined(large), small: await joined(small) }
}

/** What `renderPreview` renders, as it is made. The image is read before; its values are used until all pieces were taken. */
export async function previewPieces(
  source: PreviewSource | ImageHdu,
  options: PreviewOptions = {},
): Promise<PreviewPieces> {
  if (source instanceof ImageHdu) return piecesOfHdu(source, options)
  const { data, width, height } = source
  if (!(width > 0 && height > 0 && data.length === width * height)) {
    throw wrongArgument(`${data.length} pixels do not fill a frame of ${width} x ${height}`)
  }
  const bands = greyBands(source, options.limits ?? pictureLimits(data))
  return piecesOf({ width, height, bands }, options)
}

async function piecesOfHdu(hdu: ImageHdu, options: PreviewOptions): Promise<PreviewPieces> {
  const { width, height } = hdu
  if (!hdu.hasData) throw wrongArgument(`HDU ${hdu.index} has no pixels to show`)
  const { limits, signal } = options
  if (width * height <= WHOLE_PIXELS) {
    const data = await hdu.readRows(0, height, undefined, signal ? { signal } : {})
    return previewPieces({ data, width, height }, options)
  }
  const most = Math.sqrt(MAX_JPEG_PIXELS / (width * height))
  const factor = Math.min(factorToFit(hdu, MAX_JPEG_SIDE), most)
  const shown = limits ?? pictureLimits(await sampleOf(hdu, signal))
  const { pixels, ...size } = await pictureOf(hdu, { factor, limits: shown, signal })
  return piecesOf({ ...size, bands: [pixels] }, options)
}

function piecesOf(picture: GreyBands, { size = 200 }: PreviewOptions): PreviewPieces {
  const { width, height, bands } = picture
  const small = new Shrinker(picture, factorToFit(picture, size))
  const isLong = Math.max(width, height) > MAX_JPEG_SIDE
  const large = isLong ? shrunkLarge(picture, small) : { width, height, bands: seenBy(small, bands) }
  return { large: jpegOf(large), small: jpegOf({ ...small.picture, bands: [small.picture.pixels] }) }
}

/** A picture that is longer than a JPEG can be; another one is made smaller on the way. */
function shrunkLarge(picture: GreyBands, other: Shrinker): GreyBands {
  const large = new Shrinker(picture, factorToFit(picture, MAX_JPEG_SIDE))
  for (const band of seenBy(other, picture.bands)) large.add(band)
  return { ...large.picture, bands: [large.picture.pixels] }
}

/** The same bands, of which a smaller picture is made on the way. */
function* seenBy(shrinker: Shrinker, bands: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  for (const band of bands) {
    shrinker.add(band)
    yield band
  }
}

function jpegOf(picture: GreyBands): AsyncIterable<Uint8Array> {
  return encodeJpeg(picture, { quality: QUALITY, kernels: pixelKernels(BAND_ROWS * picture.width) })
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of all) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** The image as bytes, black to white, band by band from the top of the picture down, always in the same memory. */
function* greyBands({ data, width, height }: PreviewSource, limits: Limits): Generator<Uint8Array, void> {
  const most = BAND_ROWS * Math.max(1, Math.floor(BAND_PIXELS / (width * BAND_ROWS)))
  const band = new Uint8Array(Math.min(most, height) * width)
  for (let to = height; to > 0; to -= most) {
    const rows = data.subarray(Math.max(0, to - most) * width, to * width)
    const greys = band.subarray(0, rows.length)
    pixelKernels().stretchTurned(rows, width, limits, greys)
    yield greys
  }
}
