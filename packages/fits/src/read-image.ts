import { missingHdu, withHdus } from './choose-hdu.js'
import { unsupported } from './errors.js'
import { findImage, isMainImage } from './find-image.js'
import type { Fits } from './fits.js'
import type { FitsInput } from './fits-input.js'
import type { Header } from './header.js'
import { ImageHdu } from './image-hdu.js'
import { inheritedHeader } from './inherited-header.js'
import type { ReadLimits } from './open-fits.js'
import type { Samples } from './samples.js'

/** Which image to read, and what that may take. */
export interface ReadImageOptions extends ReadLimits {
  /** The HDU's place in the file, counted from 0, or its name; by default the one `findImage` chooses. The file is looked through no further. */
  readonly hdu?: number | string | undefined
}

/** A 2-D image in memory. */
export interface Image {
  /** Physical values, row after row, the first row of the file first; NaN where there is none. */
  readonly data: Samples
  /** Pixels in a row. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** The header of the image's HDU, with what it inherits from the primary header where it says INHERIT = T: see `inheritedHeader`. */
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
  return withHdus(input, options, isMainImage, async (fits) => {
    const hdu = chooseImage(fits, options.hdu)
    if (hdu.planes > 1) {
      throw unsupported(`HDU ${hdu.index} is a cube of ${hdu.planes} planes; read one with openFits and readRows`, {
        hdu: hdu.index,
      })
    }
    const data = await hdu.read({ signal: options.signal })
    return { data, width: hdu.width, height: hdu.height, header: inheritedHeader(fits, hdu) }
  })
}

function chooseImage(fits: Fits, which: number | string | undefined): ImageHdu {
  const hdu = which === undefined ? findImage(fits) : fits.hdu(which)
  if (hdu instanceof ImageHdu && hdu.hasData) return hdu
  throw missingHdu(fits, which, 'image with data')
}
