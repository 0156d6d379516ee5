import type { Samples } from '@datalab/fits'

/** Bytes of a pixel: its sum, and what of it is there. */
export const SUM_BYTES = Float64Array.BYTES_PER_ELEMENT + Float32Array.BYTES_PER_ELEMENT

/** A pixel that less of was covered, in its own area, has no value. */
const LEAST_WEIGHT = 1e-3

/** Sums of the values of some pixels, in double precision: of any number of images, one after the other. NaN is missing. */
export class Sums {
  readonly #values: Float64Array
  /** How many values a pixel has; of images laid on it, how often it was covered. */
  readonly #weights: Float32Array

  constructor(pixels: number) {
    this.#values = new Float64Array(pixels)
    this.#weights = new Float32Array(pixels)
  }

  /**
   * Adds the values of consecutive pixels.
   *
   * @returns whether any was there
   */
  add(values: Samples, at: number): boolean {
    const [sums, weights] = [this.#values, this.#weights]
    let count = 0
    for (let i = 0, pixel = at; i < values.length; i++, pixel++) {
      const value = values[i]!
      if (Number.isNaN(value)) continue
      sums[pixel] = sums[pixel]! + value
      weights[pixel] = weights[pixel]! + 1
      count++
    }
    return count > 0
  }

  /** Adds a part of a value to a pixel of which so much, in its own area, is covered by it. */
  share(pixel: number, value: number, weight: number): void {
    this.#values[pixel] = this.#values[pixel]! + value
    this.#weights[pixel] = this.#weights[pixel]! + weight
  }

  /** Fills `into` with the sums, or the means; NaN where there was nothing. Then all is as it was at first. */
  take(into: Samples, result: 'sum' | 'mean'): void {
    const [sums, weights] = [this.#values, this.#weights]
    for (let pixel = 0; pixel < into.length; pixel++) {
      const weight = weights[pixel]!
      const sum = result === 'mean' ? sums[pixel]! / weight : sums[pixel]!
      into[pixel] = weight < LEAST_WEIGHT ? Number.NaN : sum
    }
    sums.fill(0)
    weights.fill(0)
  }
}
