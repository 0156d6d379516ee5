import { type Header, isFitsError, readWcs, type TangentWcs } from '@datalab/fits'

/** What a header must say for its image to be laid on another: where in the sky it is, and how large its pixels are. */
const NEEDED = [['CRVAL1'], ['CRVAL2'], ['CRPIX1'], ['CRPIX2'], ['CD1_1', 'CD1_2', 'CDELT1']]

/** The world coordinates of a header, or why there are none, to follow the name of its image. */
export function skyOf(header: Header): TangentWcs | { readonly problem: string } {
  try {
    const wcs = readWcs(header)
    const isWhole = NEEDED.every((keywords) => keywords.some((keyword) => header.has(keyword)))
    return wcs !== undefined && isWhole ? wcs : { problem: 'its header has no world coordinates' }
  } catch (error) {
    if (isFitsError(error)) return { problem: error.message }
    throw error
  }
}
