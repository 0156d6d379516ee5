/** So many bins. */
const BINS = 4096

/** Finite numbers, from one to another. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** Values of one bin. */
export interface Bin extends Range {
  readonly index: number
  readonly count: number
}

/** The values of a range counted in bins of one width, with the least and the greatest of each. */
export class Bins {
  /** How many values are less than the range. */
  below = 0
  readonly #counts = new Float64Array(BINS)
  readonly #lowest = new Float64Array(BINS).fill(Number.POSITIVE_INFINITY)
  readonly #highest = new Float64Array(BINS).fill(Number.NEGATIVE_INFINITY)
  /** Values are multiplied by it first, so that neither their distances nor the bins in a unit are too large or too small for a number. */
  readonly #unit: number
  readonly #perUnit: number

  constructor(private readonly range: Range) {
    const span = range.high - range.low
    this.#unit = span === Number.POSITIVE_INFINITY ? 0.25 : span < 1e-200 ? 2 ** 600 : 1
    this.#perUnit = BINS / (range.high * this.#unit - range.low * this.#unit)
  }

  /** Counts a block of values; NaN is in no bin. */
  add(block: Float64Array): void {
    const { low, high } = this.range
    const unit = this.#unit
    const start = low * unit
    for (let i = 0; i < block.length; i++) {
      const value = block[i] as number
      if (value < low) this.below++
      else if (value <= high) this.#add(value, (value * unit - start) * this.#perUnit)
    }
  }

  /** A greater value is in no lower bin, whatever was rounded on the way. */
  #add(value: number, place: number): void {
    const bin = place >= BINS ? BINS - 1 : place > 0 ? Math.floor(place) : 0
    this.#counts[bin] = (this.#counts[bin] as number) + 1
    if (value < (this.#lowest[bin] as number)) this.#lowest[bin] = value
    if (value > (this.#highest[bin] as number)) this.#highest[bin] = value
  }

  /** The bin of the value at a rank, counted from 0 with those below the range; undefined where it is above. */
  at(rank: number): Bin | undefined {
    let left = rank - this.below
    for (const [index, count] of this.#counts.entries()) {
      if (left < count)
        return { index, count, low: this.#lowest[index] as number, high: this.#highest[index] as number }
      left -= count
    }
    return undefined
  }
}
