import type { Range } from './bins.js'
import { pixelKernels } from './pixel-kernels.js'

/** Keeps the values of a range, as far as there is room, and counts all. */
export interface Gate {
  /** How many values are less than the range. */
  readonly below: number
  /** How many are within. */
  readonly within: number
  /** Those that are within, if there was room for all of them, in the order in which they came. */
  readonly kept: Float64Array
  /** Takes a block of values; or does nothing, and returns false, where there is one that is not finite. */
  add(block: Float64Array): boolean
}

/** A gate by a plain loop. */
export class LoopGate implements Gate {
  below = 0
  within = 0
  readonly kept: Float64Array

  constructor(
    private readonly range: Range,
    room: number,
  ) {
    this.kept = new Float64Array(room)
  }

  add(block: Float64Array): boolean {
    if (pixelKernels().countFinite(block) < block.length) return false
    const { low, high } = this.range
    for (const value of block) {
      if (value < low) this.below++
      else if (value <= high) {
        if (this.within < this.kept.length) this.kept[this.within] = value
        this.within++
      }
    }
    return true
  }
}
