import { createRequire } from 'node:module'
import { wrongArgument } from './errors.js'
import { ImageHdu } from './image-hdu.js'
import { pixelKernels } from './pixel-kernels.js'
import { pictureOf, sampleOf } from './preview-bands.js'
import { type GreyPicture, shrinkToFit } from './shrink.js'
import { type Limits, zscale } from './zscale.js'

/** The longest side a JPEG is made with, and the most pixels that one of a file gets. */
const MAX_JPEG_SIDE = 65_500
const MAX_JPEG_PIXELS = 2 ** 26

/** The most pixels of a file that are read at once. */
const WHOLE_PIXELS = 2 ** 24

/** Pixels that become grey at once, of whole rows: few enough to stay in the processor's cache. */
const BAND_PIXELS = 65_536

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
  /** Ends the reading of an image of a file; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
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
 * averages. Loads sharp when first called: the optional peer of this package.
 *
 * Of an image of a file it is the first plane. One of more than 16 million pixels is read part by part, so that memory stays below some
 * 200 MB however large it is; `limits` are then those of 128 of its rows.
 *
 * @throws TypeError when the data do not fill the frame, or there are none.
 * @throws Error when sharp is not installed; the errors of reading.
 * @example const { large, small } = await renderPreview(await readImage('m13.fits'))
 */
export async function renderPreview(source: PreviewSource | ImageHdu, options: PreviewOptions = {}): Promise<Preview> {
  if (source instanceof ImageHdu) return renderHdu(source, options)
  const { data, width, height } = source
  if (!(width > 0 && height > 0 && data.length === width * height)) {
    throw wrongArgument(`${data.length} pixels do not fill a frame of ${width} x ${height}`)
  }
  const full = stretch(source, options.limits ?? zscale(data))
  return encoded(shrinkToFit(full, MAX_JPEG_SIDE, MAX_JPEG_SIDE), full, options)
}

async function renderHdu(hdu: ImageHdu, options: PreviewOptions): Promise<Preview> {
  const { width, height } = hdu
  if (!hdu.hasData) throw wrongArgument(`HDU ${hdu.index} has no pixels to show`)
  const { limits, signal } = options
  if (width * height <= WHOLE_PIXELS) {
    const data = await hdu.readRows(0, height, undefined, signal ? { signal } : {})
    return renderPreview({ data, width, height }, options)
  }
  const most = Math.sqrt(MAX_JPEG_PIXELS / (width * height))
  const factor = Math.min(1, MAX_JPEG_SIDE / width, MAX_JPEG_SIDE / height, most)
  const shown = limits ?? zscale(await sampleOf(hdu, signal))
  const large = await pictureOf(hdu, { factor, limits: shown, signal })
  return encoded(large, large, options)
}

/** @param full What the small picture is made of. */
async function encoded(large: GreyPicture, full: GreyPicture, { size = 200 }: PreviewOptions): Promise<Preview> {
  const sharp = loadSharp()
  // While another thread encodes the large one, this one shrinks it.
  const files = await Promise.all([encodeJpeg(sharp, large, 80), encodeJpeg(sharp, shrinkToFit(full, size, size), 80)])
  return { large: files[0], small: files[1] }
}

/** The image as bytes, black to white, the top row of the picture first. */
function stretch({ data, width, height }: PreviewSource, limits: Limits): GreyPicture {
  const kernels = pixelKernels()
  const pixels = new Uint8Array(width * height)
  const rows = Math.max(1, Math.floor(BAND_PIXELS / width))
  const band = new Uint8Array(Math.min(rows, height) * width)
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(from + rows, height)
    const greys = band.subarray(0, (to - from) * width)
    kernels.stretch(data.subarray(from * width, to * width), limits, greys)
    for (let y = from; y < to; y++) {
      pixels.set(greys.subarray((y - from) * width, (y - from + 1) * width), (height - 1 - y) * width)
    }
  }
  return { pixels, width, height }
}

function encodeJpeg(sharp: Sharp, { pixels, width, height }: GreyPicture, quality: number): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 1 }, limitInputPixels: false })
    .toColourspace('b-w')
    .jpeg({ quality, optimiseCoding: false })
    .toBuffer()
}

/** Begins to load what pictures are encoded by, for who will want some soon; whether that goes well, `renderPreview` says. */
export function preparePreviews(): void {
  try {
    loadSharp()
  } catch {
    // Who renders one is told.
  }
}

type Sharp = typeof import('sharp').default

/** Required, not imported: of a CommonJS module that is imported all sources are searched for exports first, which takes as long as loading it. */
function loadSharp(): Sharp {
  try {
    return createRequire(import.meta.url)('sharp')
  } catch (cause) {
    // Of one that is there and does not load, sharp itself says what to do.
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause
    throw new Error("Previews need sharp, which is not installed: add the package 'sharp', or do without previews.", {
      cause,
    })
  }
}
