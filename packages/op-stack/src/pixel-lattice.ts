import type { FrameSize, PixelPlace, TangentWcs } from '@datalab/fits'

/** Pixels between two places that are looked up; between them, places are linear. For what telescopes have, that is right to a few thousandths of a pixel. */
const STEP = 16

/** A corner this near to that of a pixel is there. */
const SNAP = 1e-4

/** Where the corners of a row of pixels are in the result: one more than there are pixels. */
export interface CornerLine {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Rows of an image, of which each is as high as the lattice. */
export interface LatticeRows {
  readonly from: number
  readonly to: number
  /** The rows of the result that they reach, from the least place to the greatest. */
  readonly low: number
  readonly high: number
}

/**
 * Where an image's pixels are in the result, in whose coordinates the lower left corner of its first pixel is (0, 0): known at a lattice of
 * places, which is looked up in the sky.
 */
export class PixelLattice {
  /** Rows of the image, one lattice row each. */
  readonly rows: readonly LatticeRows[]
  readonly #columns: Int32Array
  readonly #x: Float64Array
  readonly #y: Float64Array

  /** @param place where a place of the image is in the result, its first pixel's centre being (0, 0) */
  constructor(
    private readonly size: FrameSize,
    place: (from: PixelPlace) => PixelPlace,
  ) {
    this.#columns = edgesOf(size.width)
    const rows = edgesOf(size.height)
    const count = this.#columns.length
    this.#x = new Float64Array(count * rows.length)
    this.#y = new Float64Array(count * rows.length)
    for (const [row, y] of rows.entries())
      for (const [column, x] of this.#columns.entries()) {
        const there = place({ x: x - 0.5, y: y - 0.5 })
        this.#x[row * count + column] = there.x + 0.5
        this.#y[row * count + column] = there.y + 0.5
      }
    this.rows = Array.from({ length: rows.length - 1 }, (_, row) => this.#rowsAt(row, rows[row]!, rows[row + 1]!))
  }

  #rowsAt(row: number, from: number, to: number): LatticeRows {
    const count = this.#columns.length
    const [low, high] = rangeOf(this.#y.subarray(row * count, (row + 2) * count))
    return { from, to, low, high }
  }

  /** A line for `fill`. */
  line(): CornerLine {
    return { x: new Float64Array(this.size.width + 1), y: new Float64Array(this.size.width + 1) }
  }

  /** Fills a line with the lower corners of a row of pixels, or the upper ones of the row below it. */
  fill({ x, y }: CornerLine, row: number): void {
    const cell = Math.min(Math.floor(row / STEP), this.rows.length - 1)
    const { from, to } = this.rows[cell]!
    const part = (row - from) / (to - from)
    fillLine(this.#x, this.#columns, cell, part, x)
    fillLine(this.#y, this.#columns, cell, part, y)
  }
}

function fillLine(places: Float64Array, columns: Int32Array, cell: number, part: number, into: Float64Array): void {
  const count = columns.length
  const at = (column: number) => {
    const low = places[cell * count + column]!
    return low + (places[(cell + 1) * count + column]! - low) * part
  }
  let left = at(0)
  for (let column = 1; column < count; column++) {
    const right = at(column)
    const [from, to] = [columns[column - 1]!, columns[column]!]
    const step = (right - left) / (to - from)
    for (let x = from; x < to; x++) into[x] = snapped(left + (x - from) * step)
    left = right
  }
  into[columns[count - 1]!] = snapped(left)
}

/** Whole pixels stay whole: what only differs by rounding leaves no slivers. */
function snapped(place: number): number {
  const whole = Math.round(place)
  return Math.abs(place - whole) < SNAP ? whole : place
}

/** The edges of cells of `STEP` pixels, from 0 to the length. */
function edgesOf(length: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(length / STEP) + 1 }, (_, edge) => Math.min(edge * STEP, length))
}

function rangeOf(values: Float64Array): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

/**
 * From the pixels of one image to those of another, by their world coordinates.
 *
 * @returns undefined for a place that the other image's plane does not show
 */
export function skyMap(from: TangentWcs, to: TangentWcs): (place: PixelPlace) => PixelPlace | undefined {
  return ({ x, y }) => {
    const { lon, lat } = from.pixelToSky(x, y)
    return to.skyToPixel(lon, lat)
  }
}
