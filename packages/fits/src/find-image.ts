import { checkFits } from './check-arguments.js'
import type { Fits } from './fits.js'
import type { Hdu } from './hdu.js'
import { ImageHdu } from './image-hdu.js'

/**
 * The image a file is about: the extension called SCI if it is an image with data, else the first HDU that is; undefined without one.
 *
 * An image whose data are cut or malformed counts: reading it says so.
 */
export function findImage(fits: Fits): ImageHdu | undefined {
  checkFits(fits)
  const images = fits.hdus.filter((hdu) => hdu instanceof ImageHdu).filter((hdu) => hdu.hasData)
  return images.find(isMainImage) ?? images[0]
}

/** Whether no other image of its file comes before this one. */
export function isMainImage(hdu: Hdu): boolean {
  return hdu instanceof ImageHdu && hdu.hasData && hdu.extname.toUpperCase() === 'SCI'
}
