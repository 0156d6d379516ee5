import { checkFits } from './check-arguments.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { ImageHdu } from './image-hdu.js'

/**
 * The image a file is about: the extension called SCI if it is an image with data, else the first HDU that is; undefined without one.
 *
 * An image whose data are cut or malformed counts: reading it says so.
 *
 * @param which The image at this place, or of this name, instead, as `Fits.hdu` finds it; undefined where that is no image.
 * @throws FITS_ARGUMENT when it is neither.
 * @example const mask = await findImage(fits, 'BPM')?.readStored()
 */
export function findImage(fits: Fits, which?: number | string, extver?: number): ImageHdu | undefined {
  checkFits(fits)
  if (which !== undefined) {
    const hdu = fits.hdu(which, extver)
    return hdu instanceof ImageHdu ? hdu : undefined
  }
  const images = fits.hdus.filter((hdu) => hdu instanceof ImageHdu).filter((hdu) => hdu.hasData)
  return images.find(isMainImage) ?? images[0]
}

/** Whether no other image of its file comes before this one. */
export function isMainImage(hdu: Hdu): boolean {
  return hdu instanceof ImageHdu && hdu.hasData && hdu.extname.toUpperCase() === 'SCI'
}
