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

const EDGES = 4

/**
 * The areas that a quadrilateral has in common with pixels, whose sides are 1: column by column, and in each from pixel to pixel.
 *
 * Of each edge the part within the column is known, and the area below that within a pixel; edges to the right and to the left count with opposite
 * signs, as in drizzling (A. S. Fruchter, R. N. Hook 2002, PASP 114, 144).
 */
export class Overlap {
  // Of each edge: its ends from the left to the right, its slope, and 1 where it goes to the left, else -1.
  readonly #left = new Float64Array(EDGES)
  readonly #right = new Float64Array(EDGES)
  readonly #start = new Float64Array(EDGES)
  readonly #slope = new Float64Array(EDGES)
  readonly #sign = new Float64Array(EDGES)
  // Of each edge within the column: its width with its sign, and its heights at both ends.
  readonly #width = new Float64Array(EDGES)
  readonly #low = new Float64Array(EDGES)
  readonly #high = new Float64Array(EDGES)

  /** Takes another quadrilateral. */
  take({ x0, y0, x1, y1, x2, y2, x3, y3 }: Corners): void {
    this.#edge(0, x0, y0, x1, y1)
    this.#edge(1, x1, y1, x2, y2)
    this.#edge(2, x2, y2, x3, y3)
    this.#edge(3, x3, y3, x0, y0)
  }

  #edge(edge: number, x1: number, y1: number, x2: number, y2: number): void {
    const isLeftward = x2 < x1
    this.#left[edge] = isLeftward ? x2 : x1
    this.#right[edge] = isLeftward ? x1 : x2
    this.#start[edge] = isLeftward ? y2 : y1
    // An upright edge has no width, and its slope is not asked for.
    this.#slope[edge] = (y2 - y1) / (x2 - x1)
    this.#sign[edge] = isLeftward ? 1 : -1
  }

  /** Takes the column from x to x + 1. */
  column(x: number): void {
    for (let edge = 0; edge < EDGES; edge++) {
      const start = this.#left[edge]!
      const left = Math.max(start, x)
      const right = Math.min(this.#right[edge]!, x + 1)
      const width = right - left
      if (width > 0) {
        const slope = this.#slope[edge]!
        this.#low[edge] = this.#start[edge]! + slope * (left - start)
        this.#high[edge] = this.#start[edge]! + slope * (right - start)
        this.#width[edge] = width * this.#sign[edge]!
      } else this.#width[edge] = 0
    }
  }

  /** The area in common with the column's pixel from y to y + 1, with the sign of `areaOf`. */
  pixel(y: number): number {
    let area = 0
    for (let edge = 0; edge < EDGES; edge++) {
      const width = this.#width[edge]!
      if (width !== 0) area += width * meanCut(this.#low[edge]! - y, this.#high[edge]! - y)
    }
    return area
  }
}

/** The mean height of a line from one height to another, cut off below 0 and above 1. */
function meanCut(from: number, to: number): number {
  if (from >= 0 && to >= 0 && from <= 1 && to <= 1) return (from + to) / 2
  if (from <= 0 && to <= 0) return 0
  if (from >= 1 && to >= 1) return 1
  return (integralOfCut(to) - integralOfCut(from)) / (to - from)
}

/** The integral of y, cut off below 0 and above 1. */
function integralOfCut(y: number): number {
  if (y <= 0) return 0
  return y >= 1 ? y - 0.5 : (y * y) / 2
}
