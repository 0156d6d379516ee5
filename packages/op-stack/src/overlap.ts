/**
 * The area that a pixel, whose lower left corner is (0, 0) and whose side is 1, has in common with the part of the plane between a line and the
 * x axis: positive where the line goes to the right.
 *
 * Source: the area under the edges of a polygon, as drizzling has it (A. S. Fruchter, R. N. Hook 2002, PASP 114, 144).
 */
function areaUnder(x1: number, y1: number, x2: number, y2: number): number {
  const isLeftward = x2 < x1
  let [left, right] = isLeftward ? [x2, x1] : [x1, x2]
  if (left >= 1 || right <= 0 || left === right) return 0
  const slope = (y2 - y1) / (x2 - x1)
  left = Math.max(left, 0)
  right = Math.min(right, 1)
  const area = areaBetween(left, y1 + slope * (left - x1), right, y1 + slope * (right - x1))
  return isLeftward ? -area : area
}

/** The same for a line within the pixel's columns, from the left to the right. */
function areaBetween(left: number, yLeft: number, right: number, yRight: number): number {
  const width = right - left
  if (yLeft >= 0 && yRight >= 0 && yLeft <= 1 && yRight <= 1) return (width * (yLeft + yRight)) / 2
  if (yLeft <= 0 && yRight <= 0) return 0
  if (yLeft >= 1 && yRight >= 1) return width
  // The mean height of a line that is cut off below 0 and above 1.
  const rise = yRight - yLeft
  return (width * (integralOfCut(yRight) - integralOfCut(yLeft))) / rise
}

/** The integral of y, cut off below 0 and above 1. */
function integralOfCut(y: number): number {
  if (y <= 0) return 0
  return y >= 1 ? y - 0.5 : (y * y) / 2
}

/** The corners of a quadrilateral, in turn. */
export interface Corners {
  x0: number
  y0: number
  x1: number
  y1: number
  x2: number
  y2: number
  x3: number
  y3: number
}

/** The area of a quadrilateral: positive where its corners go round anticlockwise. */
export function areaOf({ x0, y0, x1, y1, x2, y2, x3, y3 }: Corners): number {
  return ((x2 - x0) * (y3 - y1) - (x3 - x1) * (y2 - y0)) / 2
}

/** The area that a quadrilateral has in common with the pixel from (x, y) to (x + 1, y + 1), with the sign of `areaOf`. */
export function overlap({ x0, y0, x1, y1, x2, y2, x3, y3 }: Corners, x: number, y: number): number {
  return -(
    areaUnder(x0 - x, y0 - y, x1 - x, y1 - y) +
    areaUnder(x1 - x, y1 - y, x2 - x, y2 - y) +
    areaUnder(x2 - x, y2 - y, x3 - x, y3 - y) +
    areaUnder(x3 - x, y3 - y, x0 - x, y0 - y)
  )
}
