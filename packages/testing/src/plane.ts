/** Electrons per pixel, row after row, the bottom row first. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly values: Float64Array
}

/** Beyond so many standard deviations a star is dark. */
const REACH = 6

/** Adds a star with a Gaussian profile. */
export function drawStar(plane: Plane, star: { x: number; y: number; flux: number }, fwhm: number): void {
  const sigma = fwhm / Math.sqrt(8 * Math.LN2)
  const columns = profile(star.x, sigma, plane.width)
  const rows = profile(star.y, sigma, plane.height)
  rows.values.forEach((row, dy) => {
    const start = (rows.from + dy) * plane.width + columns.from
    columns.values.forEach((column, dx) => {
      plane.values[start + dx] = (plane.values[start + dx] ?? 0) + star.flux * row * column
    })
  })
}

/** The share of a star's light in each column, or row, that it reaches. */
function profile(centre: number, sigma: number, length: number): { from: number; values: number[] } {
  const from = Math.max(0, Math.ceil(centre - REACH * sigma))
  const to = Math.min(length - 1, Math.floor(centre + REACH * sigma))
  const values = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => {
    const distance = (from + index - centre) / sigma
    return Math.exp(-0.5 * distance ** 2) / (sigma * Math.sqrt(2 * Math.PI))
  })
  return { from, values }
}
