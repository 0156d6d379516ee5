import type { FrameSize, RowBand } from '@datalab/fits'

/** Rows that are looked at to get an idea of all, and values. */
const ROWS = 64
const VALUES = 2 ** 16

/** Rows all over images, one by one, of which a sample is taken; none where all values are hardly more than a sample. */
export function sampleBands({ width, height }: FrameSize): RowBand[] {
  if (width * height < 8 * VALUES || height < ROWS) return []
  const rows = Array.from({ length: ROWS }, (_, row) => Math.floor(((row + 0.5) * height) / ROWS))
  return rows.map((from) => ({ from, to: from + 1 }))
}

/** Takes some of the values of those rows, at even steps. */
export function sampler({ width }: FrameSize): Sampler {
  return new Sampler((ROWS * width) / VALUES)
}

/** Takes values at even steps. */
class Sampler {
  readonly #values: number[] = []
  readonly #step: number
  #next = 0

  /** @param step how far the values that are taken are apart; all of them where that is less than 1 */
  constructor(step: number) {
    this.#step = Math.max(1, step)
  }

  /** The values that were taken. */
  get values(): Float64Array {
    return Float64Array.from(this.#values)
  }

  /** Goes on with a block of values. */
  add(block: Float64Array): void {
    for (; this.#next < block.length; this.#next += this.#step)
      this.#values.push(block[Math.floor(this.#next)] as number)
    this.#next -= block.length
  }
}
