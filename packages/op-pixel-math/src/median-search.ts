import { type Bin, Bins, type Range } from './bins.js'
import type { Learner } from './statistics.js'

/** The most values that are kept, to be put in order: 4 MiB. */
const MOST_KEPT = 2 ** 19

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
 * many, further passes count the values of a range in bins, and go on with the median's own bin, until there are few values in it.
 */
export class MedianSearch implements Learner {
  isDone = false
  value = Number.NaN
  #range = EVERYTHING
  #kept: Float64Array | undefined
  #below = 0
  #within = 0
  /** Where values are counted in bins, and not kept. */
  #bins: Bins | undefined
  #isFirst = true
  // Of all values, known from the first pass on; infinities are no part of what is lowest and highest.
  #count = 0
  #negative = 0
  #positive = 0
  #lowest = Number.POSITIVE_INFINITY
  #highest = Number.NEGATIVE_INFINITY

  expect(sample: Float64Array): void {
    const sorted = sample.filter(Number.isFinite).sort()
    if (sorted.length < LEAST_SAMPLE) return
    const margin = MARGIN * 0.5 * Math.sqrt(sorted.length)
    const at = (rank: number) => sorted[Math.round(rank)] as number
    this.#range = { low: at(sorted.length / 2 - margin), high: at(sorted.length / 2 + margin) }
  }

  add(block: Float64Array): void {
    if (this.#isFirst) this.#survey(block)
    if (this.#bins === undefined) this.#keep(block)
    else this.#bins.add(block)
  }

  endPass(): void {
    this.#isFirst = false
    const lower = Math.ceil(this.#count / 2) - 1
    const upper = Math.floor(this.#count / 2)
    const isLow = lower < this.#negative
    const isHigh = upper >= this.#count - this.#positive
    if (this.#count === 0 || (isLow && isHigh)) this.#finish(Number.NaN)
    else if (isLow || isHigh) this.#finish(isLow ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
    else if (this.#bins === undefined) this.#lookAmongKept(lower, upper)
    else this.#lookInBins(this.#bins.at(lower), this.#bins.at(upper))
    this.#below = 0
    this.#within = 0
  }

  #survey(block: Float64Array): void {
    let values = 0
    let lowest = this.#lowest
    let highest = this.#highest
    for (let i = 0; i < block.length; i++) {
      const value = block[i] as number
      if (Number.isNaN(value)) continue
      values++
      if (value === Number.NEGATIVE_INFINITY) this.#negative++
      else if (value === Number.POSITIVE_INFINITY) this.#positive++
      else {
        if (value < lowest) lowest = value
        if (value > highest) highest = value
      }
    }
    this.#count += values
    this.#lowest = lowest
    this.#highest = highest
  }

  #keep(block: Float64Array): void {
    const { low, high } = this.#range
    this.#kept ??= new Float64Array(MOST_KEPT)
    const kept = this.#kept
    let below = 0
    let within = this.#within
    for (let i = 0; i < block.length; i++) {
      const value = block[i] as number
      if (value < low) below++
      else if (value <= high) {
        if (within < MOST_KEPT) kept[within] = value
        within++
      }
    }
    this.#below += below
    this.#within = within
  }

  /** The lower and the upper one of the two middle values, by their ranks; one, where the number of values is odd. */
  #lookAmongKept(lower: number, upper: number): void {
    const { low, high } = this.#range
    const end = this.#below + this.#within
    if (lower < this.#below) this.#countNext(this.#lowest, high)
    else if (upper >= end) this.#countNext(lower < end ? low : high, this.#highest)
    else if (low === high) this.#finish(low)
    else if (this.#within > MOST_KEPT) this.#countNext(low, high)
    else {
      const sorted = (this.#kept as Float64Array).subarray(0, this.#within).sort()
      this.#finish(middleOf(sorted[lower - this.#below] as number, sorted[upper - this.#below] as number))
    }
  }

  /** Has the values of a range counted in bins, in the next pass. */
  #countNext(low: number, high: number): void {
    this.#bins = new Bins({ low: Math.max(low, this.#lowest), high: Math.min(high, this.#highest) })
  }

  #lookInBins(first: Bin | undefined, second: Bin | undefined): void {
    if (first === undefined || second === undefined) throw new TypeError('The values differ from pass to pass.')
    if (first.index !== second.index) this.#finish(middleOf(first.high, second.low))
    else if (first.low === first.high) this.#finish(first.low)
    else {
      this.#range = first
      this.#bins = first.count > MOST_KEPT ? new Bins(first) : undefined
    }
  }

  #finish(value: number): void {
    this.value = value
    this.isDone = true
    this.#kept = undefined
  }
}

/** The mean of two values. Halves are added where the sum would be infinite. */
function middleOf(low: number, high: number): number {
  const sum = low + high
  return Number.isFinite(sum) ? sum / 2 : low / 2 + high / 2
}
