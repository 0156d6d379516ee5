import type { Image } from '@datalab/fits'

/** How two images differ. */
export interface ImageDifference {
  /** Pixels that are not the same: NaN is the same as NaN, and 0 as -0. */
  readonly pixels: number
  /** The largest difference of two values; infinite where one of them is missing. */
  readonly largest: number
  /** The first that differs, counted from 1 as in FITS. */
  readonly first?: { readonly x: number; readonly y: number }
}

/** Compares two images pixel by pixel; undefined where they have not the same size. */
export function compareImages(a: Image, b: Image): ImageDifference | undefined {
  if (a.width !== b.width || a.height !== b.height) return undefined
  let [pixels, largest, first] = [0, 0, -1]
  for (let index = 0; index < a.data.length; index++) {
    const [one, other] = [a.data[index]!, b.data[index]!]
    if (one === other || (Number.isNaN(one) && Number.isNaN(other))) continue
    if (pixels++ === 0) first = index
    const difference = Math.abs(one - other)
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
  }
  if (pixels === 0) return { pixels, largest }
  return { pixels, largest, first: { x: (first % a.width) + 1, y: Math.floor(first / a.width) + 1 } }
}
