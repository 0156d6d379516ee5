/** Vector registers for the values of a network, of the sixteen of x64: others hold the sum, the order of bytes and what is in between. */
const REGISTERS = 12

/** Later than any comparison: the middle values are wanted at the end. */
const END = Number.MAX_SAFE_INTEGER

/**
 * What a kernel does, one after another: `begin` takes the value of a frame, `compare` brings two values into order, `keep` puts a value into memory
 * for later, and `fetch` takes it from there.
 *
 * @typedef {{ kind: 'begin' | 'keep' | 'fetch', place: number } | ({ kind: 'compare' } & import('./selection-network.mjs').Comparison)} Step
 */

/**
 * A network as steps of a kernel that has few registers: values that are not wanted for longest wait in memory (Belady 1966, IBM Systems Journal
 * 5, 78).
 *
 * A compiler would put off each comparison until its result is wanted, load all frames first and keep nearly all values in memory; across a store
 * that is written down it moves nothing. Twice as fast at n = 25.
 *
 * @param {import('./selection-network.mjs').Network} network whose places are numbered in the order in which they are first compared
 * @param {number} n
 * @returns {Step[]}
 */
export function spilled({ comparisons, places }, n) {
  const wanted = Array.from({ length: n }, () => [])
  for (const [index, { low, high }] of comparisons.entries()) for (const place of [low, high]) wanted[place].push(index)
  for (const place of places) wanted[place].push(END)
  const values = new Values(wanted)
  return comparisons.flatMap((comparison, index) => [...values.bring(comparison, index), ...values.compare(comparison)])
}

/** The values of a network, while it is gone through: which are in registers, and which in memory. */
class Values {
  #wanted
  #begun = new Set()
  #inRegisters = new Set()
  #inMemory = new Set()

  /** @param {readonly number[][]} wanted the comparisons that take each value */
  constructor(wanted) {
    this.#wanted = wanted
  }

  /** Has the values of a comparison in registers. */
  bring({ low, high }, index) {
    const missing = [low, high].filter((place) => !this.#inRegisters.has(place))
    return missing.flatMap((place) => {
      const kept = this.#makeRoom([low, high], index)
      const kind = this.#begun.has(place) ? 'fetch' : 'begin'
      this.#begun.add(place)
      this.#inRegisters.add(place)
      return [...kept, { kind, place }]
    })
  }

  compare(comparison) {
    const { low, high, needsLow, needsHigh } = comparison
    for (const [place, isNeeded] of [
      [low, needsLow],
      [high, needsHigh],
    ]) {
      this.#inMemory.delete(place)
      if (!isNeeded) this.#inRegisters.delete(place)
    }
    return [{ kind: 'compare', ...comparison }]
  }

  /** Frees a register, where none is. */
  #makeRoom(needed, index) {
    if (this.#inRegisters.size < REGISTERS) return []
    const others = [...this.#inRegisters].filter((place) => !needed.includes(place))
    const place = others.reduce((last, one) => (this.#next(one, index) > this.#next(last, index) ? one : last))
    this.#inRegisters.delete(place)
    if (this.#inMemory.has(place)) return []
    this.#inMemory.add(place)
    return [{ kind: 'keep', place }]
  }

  #next(place, index) {
    return this.#wanted[place].find((one) => one >= index)
  }
}
