/** Random numbers that are the same on every machine: one seed, one sequence. */
export class Random {
  #state
  /** @type {number | undefined} */
  #spare

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** Uniform in [0, 1): mulberry32. */
  uniform() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /**
   * Uniform in [low, high).
   *
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + (high - low) * this.uniform()
  }

  /**
   * Uniform in the logarithm: each factor of two between low and high is as likely as any other.
   *
   * @param {number} low
   * @param {number} high
   */
  logBetween(low, high) {
    return low * (high / low) ** this.uniform()
  }

  /** Mean 0, variance 1: Box-Muller, which makes two at a time. */
  normal() {
    if (this.#spare !== undefined) {
      const value = this.#spare
      this.#spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /**
   * A number of events of which `mean` are expected: Knuth's product for small means, the normal approximation for large ones.
   *
   * @param {number} mean
   */
  poisson(mean) {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()))
    const limit = Math.exp(-mean)
    let events = 0
    for (let product = this.uniform(); product > limit; product *= this.uniform()) events++
    return events
  }
}
