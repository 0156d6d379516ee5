import { createRequire } from 'node:module'
import type { Progress } from '@datalab/core'
import type { Picture } from './picture.js'

/** The longest side a JPEG is made with. */
const MAX_SIDE = 65_500

/** Side of the box that the small picture fits, in pixels. */
const SMALL_SIDE = 200

/** Pixels that are made at once. */
const BAND_PIXELS = 2 ** 20

/** Two JPEG files of one picture. */
export interface Jpegs {
  /** The full picture, shrunk only where it is longer than a JPEG can be. */
  readonly large: Uint8Array
  /** The picture shrunk to fit a box of 200 pixels, never enlarged. */
  readonly small: Uint8Array
}

/** What JPEG files are made with. */
export interface JpegOptions {
  /** Told in both files, as the ImageDescription of their EXIF: ASCII, less than 64 KiB. */
  readonly description?: string | undefined
  /** Of the run, which is checked between the steps. */
  readonly progress?: Progress | undefined
}

/**
 * A picture as JPEG files. Loads sharp when first called.
 *
 * @throws DATALAB_ABORTED once the run is to end whose progress is given.
 */
export async function encodeJpegs(picture: Picture, options: JpegOptions = {}): Promise<Jpegs> {
  const { width, height } = picture
  const bytes = new Uint8Array(width * height * 3)
  const rows = Math.max(1, Math.floor(BAND_PIXELS / width))
  const { description, progress } = options
  const [showing, encoding] = progress?.split(1, 2) ?? []
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(height, from + rows)
    picture.fill(from, to, bytes.subarray(3 * from * width, 3 * to * width))
    await showing?.report(to / height)
  }
  const large = await encode(bytes, picture, MAX_SIDE, description)
  await encoding?.report(0.5)
  const small = await encode(bytes, picture, SMALL_SIDE, description)
  await encoding?.report(1)
  return { large, small }
}

async function encode(
  bytes: Uint8Array,
  { width, height }: Picture,
  side: number,
  description: string | undefined,
): Promise<Uint8Array> {
  const sharp = loadSharp()
  const raw = { width, height, channels: 3 } as const
  const picture = sharp(bytes, { raw, limitInputPixels: false })
  const isLarger = Math.max(width, height) > side
  const shrunk = isLarger ? picture.resize({ width: side, height: side, fit: 'inside' }) : picture
  const described = description === undefined ? shrunk : shrunk.withExif({ IFD0: { ImageDescription: description } })
  // Stars are too small for their color to be kept at half the detail.
  return described.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer()
}

/** Required, not imported: of a CommonJS module that is imported all sources are searched for exports first, which takes as long as loading it. */
function loadSharp(): typeof import('sharp').default {
  return createRequire(import.meta.url)('sharp')
}
