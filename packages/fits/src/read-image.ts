import { type HduChoice, missingHdu, withHdus } from './choose-hdu.js'
import { unsupported } from './errors.js'
import { findImage, isMainImage } from './find-image.js'
import type { Fits } from './fits.js'
import type { FitsInput } from './fits-input.js'
import type { Header } from './header.js'
import type { ImageHdu } from './image-hdu.js'
import { inheritedHeader } from './inherited-header.js'
import type { ReadLimits } from './open-fits.js'
import type { Samples } from './samples.js'

/** Which image to read, and what that may take; by default the one that `findImage` chooses. */
export interface ReadImageOptions extends HduChoice, ReadLimits {
  /** Which plane of a cube, counted from 0 through all axes beyond the second. */
  readonly plane?: number | undefined
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
 * Reads one 2-D image: the extension SCI, else the first image with data; or a plane of a cube.
 *
 * The caller owns the array.
 *
 * @throws FITS_INVALID when there is no such image, FITS_UNSUPPORTED when it is a cube and no plane is chosen, and whatever `openFits` and
 * `readRows` throw.
 * @example
 * const { data, width, height, header } = await readImage('m13.fits')
 * console.log(header.getString('OBJECT'), width, height, data[0])
 */
export async function readImage(input: FitsInput, options: ReadImageOptions = {}): Promise<Image> {
  return withHdus(input, options, isMainImage, async (fits) => {
    const hdu = chooseImage(fits, options)
    const { width, height, planes } = hdu
    const { plane, signal } = options
    if (planes > 1 && plane === undefined) {
      const advice = 'choose one by { plane: 0 }, or read all with openFits'
      throw unsupported(`HDU ${hdu.index} is a cube of ${planes} planes; ${advice}`, { hdu: hdu.index, planes })
    }
    const data = await hdu.readRows(0, height, undefined, { plane, signal })
    return { data, width, height, header: inheritedHeader(fits, hdu) }
  })
}

function chooseImage(fits: Fits, choice: HduChoice): ImageHdu {
  const hdu = findImage(fits, choice.hdu, choice.extver)
  if (hdu?.hasData) return hdu
  throw missingHdu(fits, choice, 'image with data')
}
