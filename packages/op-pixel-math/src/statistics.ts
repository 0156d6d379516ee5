import { BLOCK } from './block.js'
import { MedianSearch } from './median-search.js'

/** What can be learnt from all pixels of an image or formula; NaN is missing. */
export type StatisticName = 'median' | 'mean' | 'std' | 'sum' | 'min' | 'max'

/** Learns something from values that it is shown, block by block, in one pass or more. */
export interface Learner {
  /** Whether there is more to learn, in another pass over all values. */
  readonly isDone: boolean
  /** What was learnt; NaN where there was no value. */
  readonly value: number
  /** Takes a block of values. */
  add(block: Float64Array): void
  /** All values of a pass were shown. */
  endPass(): void
  /** Gets an idea of the values, before the first pass, from a few that are spread over all. */
  expect?(sample: Float64Array): void
}

/** Whether an expression can have a statistic of this name. */
export function isStatistic(name: string): boolean {
  return name === 'mad' || LEARNERS.has(name)
}

/** What learns a statistic. */
export function learnerOf(name: StatisticName): Learner {
  return (LEARNERS.get(name) as () => Learner)()
}

/** The least or the greatest value. */
class Extreme implements Learner {
  isDone = false
  value = Number.NaN

  constructor(private readonly sign: 1 | -1) {}

  add(block: Float64Array): void {
    const { sign } = this
    let best = Number.NEGATIVE_INFINITY
    let found = 0
    for (let i = 0; i < block.length; i++) {
      const value = sign * (block[i] as number)
      // NaN is no more than anything.
      if (value >= best) {
        best = value
        found++
      }
    }
    if (found > 0 && !(best <= sign * this.value)) this.value = sign * best
  }

  endPass(): void {
    this.isDone = true
  }
}

/**
 * Sum, mean and standard deviation, with what was learnt of each block added by the formulas of Chan, Golub and LeVeque (1983). The blocks are
 * always the same, however many values come at once: that goes by the memory and the processors there are, and the last bits by the blocks.
 */
class Moments implements Learner {
  isDone = false
  /** Values that are not a whole block yet. */
  readonly #rest = new Float64Array(BLOCK)
  #restLength = 0
  #count = 0
  #sum = 0
  /** What additions have lost of the sum (Neumaier 1974). */
  #lost = 0
  #mean = 0
  #squares = 0

  constructor(private readonly what: 'mean' | 'std' | 'sum') {}

  add(values: Float64Array): void {
    for (let at = 0; at < values.length; ) {
      const part = values.subarray(at, at + BLOCK - this.#restLength)
      at += part.length
      if (part.length === BLOCK) this.#addBlock(part)
      else this.#addToRest(part)
    }
  }

  endPass(): void {
    this.#addBlock(this.#rest.subarray(0, this.#restLength))
    this.isDone = true
  }

  #addToRest(part: Float64Array): void {
    this.#rest.set(part, this.#restLength)
    this.#restLength += part.length
    if (this.#restLength < BLOCK) return
    this.#addBlock(this.#rest)
    this.#restLength = 0
  }

  #addBlock(block: Float64Array): void {
    let values = 0
    let sum = 0
    for (let i = 0; i < block.length; i++) {
      const value = block[i] as number
      if (Number.isNaN(value)) continue
      values++
      sum += value
    }
    if (values === 0) return
    this.#addSum(sum)
    if (this.what === 'std') this.#addSquares(block, values)
    this.#count += values
  }

  get value(): number {
    if (this.#count === 0) return Number.NaN
    // An infinite sum has lost no number.
    const sum = this.#sum + (Number.isFinite(this.#lost) ? this.#lost : 0)
    if (this.what === 'sum') return sum
    if (this.what === 'mean') return sum / this.#count
    return Number.isFinite(sum) ? Math.sqrt(this.#squares / this.#count) : Number.NaN
  }

  #addSum(sum: number): void {
    const total = this.#sum + sum
    this.#lost += Math.abs(this.#sum) >= Math.abs(sum) ? this.#sum - total + sum : sum - total + this.#sum
    this.#sum = total
  }

  /** Squares of distances from the block's own mean, which are small numbers where the values are large ones that hardly differ. */
  #addSquares(block: Float64Array, values: number): void {
    const near = block.find((value) => !Number.isNaN(value)) as number
    let sum = 0
    for (let i = 0; i < block.length; i++) {
      const distance = (block[i] as number) - near
      if (!Number.isNaN(distance)) sum += distance
    }
    const mean = sum / values
    let squares = 0
    for (let i = 0; i < block.length; i++) {
      const distance = (block[i] as number) - near - mean
      if (!Number.isNaN(distance)) squares += distance * distance
    }
    const all = this.#count + values
    const apart = near + mean - this.#mean
    this.#squares += squares + apart * apart * ((this.#count * values) / all)
    this.#mean += apart * (values / all)
  }
}

const LEARNERS: ReadonlyMap<string, () => Learner> = new Map<string, () => Learner>([
  ['median', () => new MedianSearch()],
  ['mean', () => new Moments('mean')],
  ['std', () => new Moments('std')],
  ['sum', () => new Moments('sum')],
  ['min', () => new Extreme(-1)],
  ['max', () => new Extreme(1)],
])
