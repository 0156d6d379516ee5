import type { Peak, SmoothImage } from './find-peaks.js'

/** What of a peak is brighter than half of it, in the smoothed image. */
export interface StarShape {
  /** The middle of its light. */
  readonly x: number
  readonly y: number
  /** Full width at half maximum: the diameter of the circle of its area. */
  readonly fwhm: number
  /** The longest of its axes by the shortest. */
  readonly elongation: number
  /** Its pixels, by their place in the image's data. */
  readonly pixels: readonly number[]
}

/** How far a star may reach from its peak, in pixels, where it is half as bright. */
const REACH = 32

/**
 * The shape of the star around a peak, down to half its height.
 *
 * @returns undefined for what is larger than a star, and for what is cut by the edge
 */
export function shapeOf(image: SmoothImage, peak: Peak): StarShape | undefined {
  const pixels = pixelsOf(image, peak)
  if (pixels === undefined) return undefined
  const { mean, spread } = momentsOf(image, pixels)
  const middle = (spread.xx + spread.yy) / 2
  const tilt = Math.hypot((spread.xx - spread.yy) / 2, spread.xy)
  return {
    ...mean,
    fwhm: 2 * Math.sqrt(pixels.length / Math.PI),
    elongation: Math.sqrt((middle + tilt) / (middle - tilt)),
    pixels,
  }
}

/** The pixels connected to the peak that are brighter than half of it. */
function pixelsOf({ data, width, height }: SmoothImage, peak: Peak): number[] | undefined {
  const side = 2 * REACH + 1
  const isSeen = new Uint8Array(side * side)
  const pixels = [peak.y * width + peak.x]
  isSeen[REACH * side + REACH] = 1
  for (let next = 0; next < pixels.length; next++) {
    const at = pixels[next] as number
    const [x, y] = [at % width, Math.floor(at / width)]
    const [left, below] = [x - peak.x + REACH, y - peak.y + REACH]
    const isCut = x === 0 || y === 0 || x === width - 1 || y === height - 1
    if (isCut || left === 0 || below === 0 || left === side - 1 || below === side - 1) return undefined
    for (const [dx, dy] of NEIGHBOURS) {
      const seen = (below + dy) * side + left + dx
      const neighbour = at + dy * width + dx
      if (isSeen[seen] || !((data[neighbour] as number) > peak.height / 2)) continue
      isSeen[seen] = 1
      pixels.push(neighbour)
    }
  }
  return pixels
}

const NEIGHBOURS = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const

/** The mean place of the light, and the variances of the places, each pixel taken for a square. */
function momentsOf({ data, width }: SmoothImage, pixels: readonly number[]) {
  let [light, sumX, sumY] = [0, 0, 0]
  for (const at of pixels) {
    const value = data[at] as number
    light += value
    sumX += value * (at % width)
    sumY += value * Math.floor(at / width)
  }
  const mean = { x: sumX / light, y: sumY / light }
  const spread = { xx: 1 / 12, xy: 0, yy: 1 / 12 }
  for (const at of pixels) {
    const [dx, dy] = [(at % width) - mean.x, Math.floor(at / width) - mean.y]
    spread.xx += (dx * dx) / pixels.length
    spread.xy += (dx * dy) / pixels.length
    spread.yy += (dy * dy) / pixels.length
  }
  return { mean, spread }
}
