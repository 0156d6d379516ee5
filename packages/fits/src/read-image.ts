import { invalid, unsupported } from './errors.js'
import { findImage } from './find-image.js'
import type { Fits } from './fits.js'
import type { Header } from './header.js'
import { ImageHdu, type ReadOptions } from './image-hdu.js'
import { type FitsInput, openFits } from './open-fits.js'
import type { Samples } from './samples.js'

/** Which image to read. */
export interface ReadImageOptions extends ReadOptions {
  /** The HDU's place in the file, or its name; by default the one `findImage` chooses. */
  readonly hdu?: number | string
}

/** A 2-D image in memory. */
export interface Image {
  /** Physical values, row after row, the first row of the file first; NaN where there is none. */
  readonly data: Samples
  /** Pixels in a row. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** The header of the image's HDU. */
  readonly header: Header
}

/**
 * Reads one 2-D image: the extension SCI, else the first image with data.
 *
 * Axes beyond the second may be there if their length is 1. The caller owns the array.
 *
 * @throws FITS_INVALID when there is no such image, FITS_UNSUPPORTED when it is a cube, and whatever `openFits` and `readRows` throw.
 * @example
 * const { data, width, height, header } = await readImage('m13.fits')
 * console.log(header.getString('OBJECT'), width, height, data[0])
 */
export async function readImage(input: FitsInput, options: ReadImageOptions = {}): Promise<Image> {
  const fits = await openFits(input)
  try {
    const hdu = chooseImage(fits, options.hdu)
    if (hdu.planes > 1) {
      throw unsupported(`HDU ${hdu.index} is a cube of ${hdu.planes} planes; read one with openFits and readRows`, {
        hdu: hdu.index,
      })
    }
    const data = await hdu.read(options)
    return { data, width: hdu.width, height: hdu.height, header: hdu.header }
  } finally {
    await fits.close()
  }
}

function chooseImage(fits: Fits, which: number | string | undefined): ImageHdu {
  const hdu = which === undefined ? findImage(fits) : fits.hdu(which)
  if (hdu instanceof ImageHdu && hdu.hasData) return hdu
  const broken = hdu?.error ?? fits.hdus.find(({ error }) => error)?.error
  if (broken) throw broken
  const found = fits.hdus
    .map(({ index, kind, extname }) => `${index} ${kind}${extname ? ` ${extname}` : ''}`)
    .join(', ')
  const what = which === undefined ? 'image with data' : `image with data in HDU ${JSON.stringify(which)}`
  throw invalid(`the file has no ${what}; its HDUs are: ${found.slice(0, 400)}`, { hdu: which ?? null })
}
