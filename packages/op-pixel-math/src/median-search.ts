import { type Bin, Bins, type Range } from './bins.js'
import type { Gate } from './gate.js'
import { gateOf, MOST_KEPT } from './gate-of.js'
import { pixelKernels } from './pixel-kernels.js'
import type { Learner } from './statistics.js'
import { valuesAt } from './values-at.js'

/** How far from the median, in standard deviations of its rank in a sample, the range reaches in which it is looked for. */
const MARGIN = 5

/** Smaller samples say too little. */
const LEAST_SAMPLE = 1000

const EVERYTHING: Range = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE }

/**
 * The median of any number of values, exactly, in a memory that does not grow with them; the mean of the two middle ones where their number is
 * even. NaN is missing.
 *
 * A pass counts the values below a range that a sample suggests, and keeps those within. Where the median is not among them, or they are too
 * many, further passes count values in bins, and go on with the median's own bin, until there are few values in it.
 */
export class MedianSearch implements Learner {
  isDone = false
  value = Number.NaN
  #pass: Gate | Survey | Bins | undefined
  #range = EVERYTHING
  // Infinities and all of the values, as the pass has seen them.
  #count = 0
  #negative = 0
  #positive = 0

  expect(sample: Float64Array): void {
    const values = sample.filter(Number.isFinite)
    const count = values.length
    if (count < LEAST_SAMPLE) return
    const margin = MARGIN * 0.5 * Math.sqrt(count)
    const [low, high] = valuesAt(values, Math.round(count / 2 - margin), Math.round(count / 2 + margin))
    this.#range = { low, high }
  }

  add(block: Float64Array): void {
    this.#pass ??= gateOf(this.#range)
    const finite = this.#addFinite(this.#pass, block) ? block : this.#withoutOthers(block)
    if (finite !== block) this.#addFinite(this.#pass, finite)
    this.#count += finite.length
  }

  /** Or does nothing, and returns false, where there is a value that is not finite. */
  #addFinite(pass: Gate | Survey | Bins, block: Float64Array): boolean {
    if (!(pass instanceof Survey || pass instanceof Bins)) return pass.add(block)
    if (pixelKernels().countFinite(block) < block.length) return false
    pass.add(block)
    return true
  }

  /** Counts what is infinite, and leaves it out, as what is missing. */
  #withoutOthers(block: Float64Array): Float64Array {
    for (const value of block) {
      if (value === Number.NEGATIVE_INFINITY) this.#negative++
      else if (value === Number.POSITIVE_INFINITY) this.#positive++
    }
    return block.filter(Number.isFinite)
  }

  endPass(): void {
    const count = this.#count + this.#negative + this.#positive
    // The ranks of the two middle values, which may be one, among the finite ones.
    const lower = Math.ceil(count / 2) - 1 - this.#negative
    const upper = Math.floor(count / 2) - this.#negative
    const isLow = lower < 0
    const isHigh = upper >= this.#count
    if (count === 0 || (isLow && isHigh)) this.#finish(Number.NaN)
    else if (isLow || isHigh) this.#finish(isLow ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
    else this.#goOn(lower, upper)
    this.#count = 0
    this.#negative = 0
    this.#positive = 0
  }

  #goOn(lower: number, upper: number): void {
    const pass = this.#pass
    if (pass instanceof Bins) this.#lookInBins(pass.at(lower), pass.at(upper))
    else if (pass instanceof Survey) this.#pass = new Bins(pass)
    else if (pass !== undefined) this.#lookAmongKept(pass, lower, upper)
  }

  #lookAmongKept({ below, within, kept }: Gate, lower: number, upper: number): void {
    if (lower < below || upper >= below + within || within > MOST_KEPT) this.#pass = new Survey()
    else {
      const [low, high] = valuesAt(kept.subarray(0, within), lower - below, upper - below)
      this.#finish(lower === upper ? low : middleOf(low, high))
    }
  }

  #lookInBins(first: Bin | undefined, second: Bin | undefined): void {
    if (first === undefined || second === undefined) throw new TypeError('The values differ from pass to pass.')
    if (first.index !== second.index) this.#finish(middleOf(first.high, second.low))
    else if (first.low === first.high) this.#finish(first.low)
    else this.#pass = first.count > MOST_KEPT ? new Bins(first) : gateOf(first)
  }

  #finish(value: number): void {
    this.value = value
    this.isDone = true
    // Its memory is free again.
    this.#pass = undefined
  }
}

/** Looks for the least and the greatest of finite values. */
class Survey implements Range {
  low = Number.POSITIVE_INFINITY
  high = Number.NEGATIVE_INFINITY

  add(block: Float64Array): void {
    for (const value of block) {
      if (value < this.low) this.low = value
      if (value > this.high) this.high = value
    }
  }
}

/** The mean of two values. Halves are added where the sum would be infinite. */
function middleOf(low: number, high: number): number {
  const sum = low + high
  return Number.isFinite(sum) ? sum / 2 : low / 2 + high / 2
}
