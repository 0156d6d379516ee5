import type { StarField, StarFieldOptions } from '@datalab/testing'
import type { Affine, Point } from '../src/affine.js'
import type { Pixels } from '../src/pixels.js'

/** Where the stars of a field that is not moved are in one that is: what `starField` does to them. */
export function truthOf(options: StarFieldOptions, { width, height }: { width: number; height: number }): Affine {
  const { rotation = 0, scale = 1, shift = [0, 0] } = options
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2]
  const [cos, sin] = [Math.cos, Math.sin].map((fn) => scale * fn((rotation * Math.PI) / 180)) as [number, number]
  return {
    xx: cos,
    xy: -sin,
    yx: sin,
    yy: cos,
    dx: cx - cos * cx + sin * cy + shift[0],
    dy: cy - sin * cx - cos * cy + shift[1],
  }
}

/** The same image with left and right changed. */
export function mirrored({ data, width, height }: Pixels): Pixels {
  return {
    data: data.map((_, at) => data[at - (at % width) + width - 1 - (at % width)] as number),
    width,
    height,
  }
}

/** An image from a function of the place. */
export function drawn(width: number, height: number, value: (x: number, y: number) => number): Pixels {
  const data = Float32Array.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width)))
  return { data, width, height }
}

/** The light of a round star with this standard deviation; its sum is the flux. */
export function gaussian({ x, y }: Point, star: Point, flux: number, sigma: number): number {
  const squared = (x - star.x) ** 2 + (y - star.y) ** 2
  return (flux / (2 * Math.PI * sigma ** 2)) * Math.exp(-squared / (2 * sigma ** 2))
}

/** A star field as the pixels of an image. */
export function pixelsOf({ data, width, height }: StarField): Pixels {
  return { data, width, height }
}
