/**
 * A row of an image: sky of 1000, with noise of 30, and a star or a cosmic ray here and there.
 *
 * @param {number} length
 * @param {number} seed
 * @returns {Float32Array}
 */
export function noisyRow(length, seed) {
  let state = 16_807 * (seed + 1)
  const next = () => {
    state = (16_807 * state) % 2_147_483_647
    return state / 2_147_483_647
  }
  return Float32Array.from({ length }, () => {
    const noise = (next() + next() + next() + next() - 2) * 52
    return 1000 + noise + (next() < 0.005 ? next() * 3000 : 0)
  })
}
