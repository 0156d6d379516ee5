/** Random numbers of one case: the same for the same seed and case. */
export class Random {
  #state

  constructor(seed, number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0
    for (let i = 0; i < 4; i++) this.next()
  }

  /** From 0 up to 1. */
  next() {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from 0 up to, not including, `end`. */
  below(end) {
    return Math.floor(this.next() * end)
  }

  pick(list) {
    return list[this.below(list.length)]
  }
}
