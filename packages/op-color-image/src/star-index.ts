import { distance, type Point } from './affine.js'

/** Side of a cell, in pixels: about as far as is looked. */
const CELL = 8

/** More than there are cells in a row, on either side of 0. */
const ROW = 2 ** 24

/** Finds the star that is nearest to a place. */
export class StarIndex {
  readonly #cells = new Map<number, number[]>()

  constructor(private readonly stars: readonly Point[]) {
    for (const [index, { x, y }] of stars.entries()) {
      const cell = cellOf(x) + cellOf(y) * ROW
      const others = this.#cells.get(cell)
      if (others === undefined) this.#cells.set(cell, [index])
      else others.push(index)
    }
  }

  /** The star nearest to a place, by its place in the list; undefined where none is within the radius. */
  nearest(place: Point, radius: number): number | undefined {
    let best: number | undefined
    let least = radius
    for (let y = cellOf(place.y - radius); y <= cellOf(place.y + radius); y++)
      for (let x = cellOf(place.x - radius); x <= cellOf(place.x + radius); x++)
        for (const index of this.#cells.get(x + y * ROW) ?? []) {
          const apart = distance(place, this.stars[index] as Point)
          if (apart > least) continue
          least = apart
          best = index
        }
    return best
  }
}

function cellOf(at: number): number {
  return Math.floor(at / CELL)
}
