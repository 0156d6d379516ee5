import type { Range } from './bins.js'

/** Which of the two words of a double has its sign and its exponent. */
const HIGH_WORD = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/** The finite numbers by their upper halves, in their order: from the most negative to the greatest. */
const LEAST_KEY = keyOf(-Number.MAX_VALUE)
const GREATEST_KEY = keyOf(Number.MAX_VALUE)

/**
 * Lets the values of a range through, and counts those below it. The range is a little larger than what was asked for: its ends are where the upper
 * half of a double changes, so that whole numbers can be compared, without a jump that the processor would have to guess.
 */
export class Gate {
  readonly #low: number
  readonly #high: number

  constructor({ low, high }: Range) {
    this.#low = Math.max(LEAST_KEY, keyOf(low))
    this.#high = Math.min(GREATEST_KEY, keyOf(high))
  }

  /**
   * Writes the values of a block that are in the range into `kept`, from `from` on, as far as there is room; and returns how many are below the
   * range, and where the next would be written.
   *
   * @param block finite values
   */
  pass(block: Float64Array, kept: Float64Array, from: number): { below: number; next: number } {
    const words = new Int32Array(block.buffer, block.byteOffset, 2 * block.length)
    const low = this.#low
    const high = this.#high
    let below = 0
    let next = from
    for (let i = 0; i < block.length; i++) {
      const word = words[2 * i + HIGH_WORD]!
      const key = (word ^ ((word >> 31) & 0x7fffffff)) >> 1
      const above = key - low
      below -= above >> 31
      if ((above | (high - key)) >= 0) {
        if (next < kept.length) kept[next] = block[i]!
        next++
      }
    }
    return { below, next }
  }
}

/** A whole number of 31 bits for a double: not less for a greater one. */
function keyOf(value: number): number {
  const word = new Int32Array(Float64Array.of(value).buffer)[HIGH_WORD]!
  return (word ^ ((word >> 31) & 0x7fffffff)) >> 1
}
