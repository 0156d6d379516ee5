import { type Bin, Bins, type Range } from './bins.js'
import { Gate } from './gate.js'
import { pixelKernels } from './pixel-kernels.js'
import { selectRank } from './select-rank.js'
import type { Learner } from './statistics.js'

/** The most values that are kept, to be put in order: 4 MiB. */
const MOST_KEPT = 2 ** 19

/** How far from the median, in standard deviations of its rank in a sample, the range reaches in which it is looked for. */
const MARGIN = 5

/** Smaller samples say too little. */
const LEAST_SAMPLE = 1000

const EVERYTHING: Range = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE }

/** What a pass does with values. */
interface Pass {
  /** Takes finite values. */
  add(block: Float64Array): void
}

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
  #pass: Keeping | Surveying | Bins = new Keeping(EVERYTHING)
  // Infinities and all of the values, as the pass has seen them.
  #count = 0
  #negative = 0
  #positive = 0

  expect(sample: Float64Array): void {
    const sorted = sample.filter(Number.isFinite).sort()
    if (sorted.length < LEAST_SAMPLE) return
    const margin = MARGIN * 0.5 * Math.sqrt(sorted.length)
    const at = (rank: number) => sorted[Math.round(rank)] as number
    this.#pass = new Keeping({ low: at(sorted.length / 2 - margin), high: at(sorted.length / 2 + margin) })
  }

  add(block: Float64Array): void {
    const isWhole = pixelKernels().countFinite(block) === block.length
    this.#addFinite(this.#pass, isWhole ? block : this.#withoutOthers(block))
  }

  /** Counts what is infinite, and leaves it out, as what is missing. */
  #withoutOthers(block: Float64Array): Float64Array {
    for (const value of block) {
      if (value === Number.NEGATIVE_INFINITY) this.#negative++
      else if (value === Number.POSITIVE_INFINITY) this.#positive++
    }
    return block.filter(Number.isFinite)
  }

  #addFinite(pass: Pass, block: Float64Array): void {
    this.#count += block.length
    pass.add(block)
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
    if (pass instanceof Keeping) this.#lookAmongKept(pass, lower, upper)
    else if (pass instanceof Bins) this.#lookInBins(pass.at(lower), pass.at(upper))
    else this.#pass = new Bins(pass.range)
  }

  #lookAmongKept({ below, within, kept }: Keeping, lower: number, upper: number): void {
    if (lower < below || upper >= below + within || within > MOST_KEPT) this.#pass = new Surveying()
    else {
      const low = selectRank(kept, within, lower - below)
      this.#finish(lower === upper ? low : middleOf(low, leastOf(kept.subarray(upper - below, within))))
    }
  }

  #lookInBins(first: Bin | undefined, second: Bin | undefined): void {
    if (first === undefined || second === undefined) throw new TypeError('The values differ from pass to pass.')
    if (first.index !== second.index) this.#finish(middleOf(first.high, second.low))
    else if (first.low === first.high) this.#finish(first.low)
    else this.#pass = first.count > MOST_KEPT / 2 ? new Bins(first) : new Keeping(first)
  }

  #finish(value: number): void {
    this.value = value
    this.isDone = true
    // Its memory is free again.
    this.#pass = new Surveying()
  }
}

/** Keeps the values of a range. */
class Keeping implements Pass {
  below = 0
  within = 0
  readonly #gate: Gate
  #kept: Float64Array | undefined

  constructor(range: Range) {
    this.#gate = new Gate(range)
  }

  get kept(): Float64Array {
    this.#kept ??= new Float64Array(MOST_KEPT)
    return this.#kept
  }

  add(block: Float64Array): void {
    const { below, next } = this.#gate.pass(block, this.kept, this.within)
    this.below += below
    this.within = next
  }
}

/** Looks for the least and the greatest value. */
class Surveying implements Pass {
  readonly #range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }

  add(block: Float64Array): void {
    let { low, high } = this.#range
    for (const value of block) {
      if (value < low) low = value
      if (value > high) high = value
    }
    Object.assign(this.#range, { low, high })
  }

  get range(): Range {
    return this.#range
  }
}

function leastOf(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
}

/** The mean of two values. Halves are added where the sum would be infinite. */
function middleOf(low: number, high: number): number {
  const sum = low + high
  return Number.isFinite(sum) ? sum / 2 : low / 2 + high / 2
}
