import type { GreyPicture, PictureSize } from '@datalab/pixels'
import { pixelKernels } from './pixel-kernels.js'

/** Makes a grey picture smaller whose rows come one after another, each pixel the average of those it covers. */
export class Shrinker {
  /** What it becomes, once all rows were added. */
  readonly picture: GreyPicture
  readonly #from: PictureSize
  /** The rows that a row of the picture covers, as far as they have come. */
  readonly #rows: Uint8Array
  #held = 0
  #y = 0

  /** @param factor how many times as long the sides become: 1 or less */
  constructor(from: PictureSize, factor: number) {
    const [width, height] = [shrunk(from.width, factor), shrunk(from.height, factor)]
    this.picture = { pixels: new Uint8Array(width * height), width, height }
    this.#from = from
    this.#rows = new Uint8Array(Math.ceil(from.height / height) * from.width)
  }

  /** Adds some rows; they are only read. */
  add(rows: Uint8Array): void {
    for (let at = 0; at < rows.length; ) {
      const [top, bottom] = spanOf(this.#y, this.#from.height, this.picture.height)
      const wanted = (bottom - top) * this.#from.width
      const some = rows.subarray(at, at + wanted - this.#held)
      this.#rows.set(some, this.#held)
      this.#held += some.length
      at += some.length
      if (this.#held === wanted) this.#finishRow(bottom - top)
    }
  }

  #finishRow(rows: number): void {
    const { pixels, width } = this.picture
    const from = { width: this.#from.width, height: rows }
    const into = pixels.subarray(this.#y * width, (this.#y + 1) * width)
    pixelKernels().shrink(this.#rows.subarray(0, this.#held), from, into, { width, height: 1 })
    this.#held = 0
    this.#y++
  }
}

/** By how much a picture becomes smaller that is to fit a box of such a side; 1 where it fits already. */
export function factorToFit({ width, height }: PictureSize, side: number): number {
  return Math.min(1, side / width, side / height)
}

/** A length that is made so many times smaller: at least one pixel. */
export function shrunk(length: number, factor: number): number {
  return Math.max(1, Math.round(length * factor))
}

/** The pixels that one of a smaller picture covers, at least one, when `from` become `into`. */
export function spanOf(at: number, from: number, into: number): [start: number, end: number] {
  const start = Math.floor((at * from) / into)
  return [start, Math.max(start + 1, Math.floor(((at + 1) * from) / into))]
}
