import { pixelKernels } from './pixel-kernels.js'

/** A grey picture: one byte a pixel, the top row first. */
export interface GreyPicture {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/** The picture made smaller, each pixel the average of those it covers, so that it fits a box; one that fits already is returned as it is. */
export function shrinkToFit(picture: GreyPicture, maxWidth: number, maxHeight: number): GreyPicture {
  const factor = Math.min(1, maxWidth / picture.width, maxHeight / picture.height)
  if (factor === 1) return picture
  const [width, height] = [shrunk(picture.width, factor), shrunk(picture.height, factor)]
  const pixels = new Uint8Array(width * height)
  pixelKernels().shrink(picture.pixels, picture, pixels, { width, height })
  return { pixels, width, height }
}

/** A length that is made so many times smaller: at least one pixel. */
export function shrunk(length: number, factor: number): number {
  return Math.max(1, Math.round(length * factor))
}
