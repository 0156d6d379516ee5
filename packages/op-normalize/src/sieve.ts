import type { Samples } from '@datalab/fits'
import type { PixelKernels } from '@datalab/pixels'

const LEAST = -Number.MAX_VALUE

/** Finds values by their rank among finite ones of which it is known about where they are: all others are counted, and not kept. */
export class Sieve {
  #below = 0
  #atLow = 0
  #within = 0
  #atHigh = 0

  /**
   * @param low of the values that are wanted, the least may be
   * @param high the greatest
   * @param room for those in between
   */
  constructor(
    private readonly low: number,
    private readonly high: number,
    private readonly room: Samples,
  ) {}

  /** Looks at a part of all values, which are of the type of `room`. What is not finite is none of them. */
  add(values: Samples): void {
    const { low, high, room } = this
    let [below, atLow, within, atHigh] = [0, 0, this.#within, 0]
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      // Which side a value is on is as good as chance: a branch for that is foretold wrong every other time.
      below += Number(value < low) & Number(value >= LEAST)
      if (!(Number(value >= low) & Number(value <= high))) continue
      // What has no room is written nowhere, and counted.
      if (value === low) atLow++
      else if (value === high) atHigh++
      else room[within++] = value
    }
    this.#below += below
    this.#atLow += atLow
    this.#within = within
    this.#atHigh += atHigh
  }

  /** The value of this rank, counted from 0; undefined where it is another than those that were wanted, or there was no room. */
  at(rank: number, { orderStatistic }: Pick<PixelKernels, 'orderStatistic'>): number | undefined {
    const afterLow = this.#below + this.#atLow
    const afterWithin = afterLow + this.#within
    if (rank < this.#below || rank >= afterWithin + this.#atHigh || this.#within > this.room.length) return undefined
    if (rank < afterLow) return this.low
    if (rank >= afterWithin) return this.high
    return orderStatistic(this.room.subarray(0, this.#within), rank - afterLow)
  }
}
