import { selectKth } from './select-kth.js'

/** Fewer values than these in a row tell nothing of the noise. */
const WINDOW = 9

/** From the median of differences to the standard deviation of Gaussian noise. */
const [SECOND, THIRD, FIFTH] = [1.0483579, 0.6052697, 0.1772048]

/** What a tile of floats holds. */
export interface NoiseEstimate {
  /** The smallest and the largest value; infinite where there is none. */
  readonly min: number
  readonly max: number
  /** How many values are NaN. */
  readonly missing: number
  /** The standard deviation of the noise; 0 where it cannot be told. */
  readonly sigma: number
}

/**
 * The noise of a tile, from its differences of second, third and fifth order along the rows: of each the median over a row's absolute
 * values, then the median over the rows, and of the three the smallest. Areas of one value do not count; NaN is passed over.
 *
 * Source: Stoehr et al. 2007, ST-ECF Newsletter 42, 4 (the third order); Pence, White and Seaman 2010, PASP 122, 1065. The same number as
 * cfitsio's, which computes with the precision of the values.
 *
 * @param rowLength Values in a row.
 */
export function estimateNoise(values: Float32Array | Float64Array, rowLength: number): NoiseEstimate {
  const length = isOneRow(values.length, rowLength) ? values.length : rowLength
  const rows = new RowNoise(values, length)
  for (let start = 0; start < values.length; start += length) rows.add(values.subarray(start, start + length))
  return rows.estimate()
}

/** Whether a tile of so many values is taken for one row: narrow ones are, too. */
export function isOneRow(values: number, rowLength: number): boolean {
  return rowLength < WINDOW || rowLength >= values
}

/** Gathers the noise of one row after another. */
class RowNoise {
  readonly #round: (value: number) => number
  readonly #present: Float32Array | Float64Array
  readonly #second: Float64Array
  readonly #third: Float64Array
  readonly #fifth: Float64Array
  readonly #medians: { second: number[]; third: number[]; fifth: number[] } = { second: [], third: [], fifth: [] }
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #missing = 0

  constructor(values: Float32Array | Float64Array, length: number) {
    const isSingle = values instanceof Float32Array
    this.#round = isSingle ? Math.fround : (value) => value
    this.#present = isSingle ? new Float32Array(length) : new Float64Array(length)
    this.#second = new Float64Array(length)
    this.#third = new Float64Array(length)
    this.#fifth = new Float64Array(length)
  }

  add(row: Float32Array | Float64Array): void {
    const count = this.#takePresent(row)
    if (count < WINDOW) return
    const { twos, others } = this.#takeDifferences(count)
    if (others === 0) return
    // One of them counts only where it is all there is: so it is in cfitsio.
    if (twos > 1 || (twos === 1 && others === 1)) this.#medians.second.push(lowerMedian(this.#second.subarray(0, twos)))
    this.#medians.third.push(lowerMedian(this.#third.subarray(0, others)))
    this.#medians.fifth.push(lowerMedian(this.#fifth.subarray(0, others)))
  }

  estimate(): NoiseEstimate {
    const { second, third, fifth } = this.#medians
    const two = SECOND * median(second)
    const five = FIFTH * median(fifth)
    let sigma = THIRD * median(third)
    if (two !== 0 && two < sigma) sigma = two
    if (five !== 0 && five < sigma) sigma = five
    return { min: this.#min, max: this.#max, missing: this.#missing, sigma }
  }

  /** The row's values without NaN, one behind another; returns how many. */
  #takePresent(row: Float32Array | Float64Array): number {
    const present = this.#present
    let [count, min, max] = [0, this.#min, this.#max]
    for (let i = 0; i < row.length; i++) {
      const value = row[i]!
      if (Number.isNaN(value)) continue
      if (value < min) min = value
      if (value > max) max = value
      present[count++] = value
    }
    this.#min = min
    this.#max = max
    this.#missing += row.length - count
    return count
  }

  #takeDifferences(count: number): { twos: number; others: number } {
    const v = this.#present
    const round = this.#round
    const second = this.#second
    const third = this.#third
    const fifth = this.#fifth
    let [twos, others] = [0, 0]
    for (let i = WINDOW - 1; i < count; i++) {
      const v3 = v[i - 6]!
      const v5 = v[i - 4]!
      const v7 = v[i - 2]!
      const isFlat = v5 === v[i - 3] && v5 === v7
      if (!isFlat) second[twos++] = Math.abs(round(v5 - v7))
      if (isFlat && v3 === v[i - 5] && v3 === v5) continue
      third[others] = Math.abs(round(round(2 * v5 - v3) - v7))
      const five = round(round(round(round(6 * v5) - 4 * v3) - 4 * v7) + v[i - 8]!)
      fifth[others++] = Math.abs(round(five + v[i]!))
    }
    return { twos, others }
  }
}

/** The middle value, or the lower of the two; leaves the values in another order. */
function lowerMedian(values: Float64Array): number {
  return selectKth(values, (values.length - 1) >> 1)
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = Float64Array.from(values).sort()
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}
