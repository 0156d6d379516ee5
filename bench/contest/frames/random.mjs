/**
 * Random bits, 32 at a time, the same for the same seed (Marsaglia's xorshift).
 *
 * @param {number} seed an integer from 0 on
 * @returns {() => number}
 */
export function randomBits(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/**
 * Random numbers from 0 up to and without 1.
 *
 * @param {number} seed an integer from 0 on
 * @returns {() => number}
 */
export function uniform(seed) {
  const bits = randomBits(seed)
  return () => bits() / 2 ** 32
}
