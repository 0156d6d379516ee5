import type { Samples } from '@datalab/fits'
import type { Block } from './calculation.js'
import { pixelKernels } from './pixel-kernels.js'

/** Counts the pixels that had a value in all images, and have none or an infinite one now. */
export class Losses {
  #infinite = 0
  #missing = 0

  /** @param stored what has become of a block, in the type of the result */
  add(stored: Samples, { isFinite: isWhole, hasFinite }: Block): void {
    if (isWhole || pixelKernels().countFinite(stored) === stored.length) return
    for (const [pixel, value] of stored.entries()) {
      if (Number.isFinite(value) || !hasFinite(pixel)) continue
      if (Number.isNaN(value)) this.#missing++
      else this.#infinite++
    }
  }

  /** A sentence that says how many; undefined where there are none. */
  get sentence(): string | undefined {
    const infinite = this.#infinite > 0 ? [`${pixels(this.#infinite)} infinite`] : []
    const missing = this.#missing > 0 ? [`${pixels(this.#missing)} without a value (NaN)`] : []
    if (infinite.length + missing.length === 0) return undefined
    return `In the result ${[...infinite, ...missing].join(', and ')}, where every image has a value: by a division by 0, a number that is too large, or a root or logarithm of a negative one.`
  }
}

function pixels(count: number): string {
  return count === 1 ? '1 pixel is' : `${count} pixels are`
}
