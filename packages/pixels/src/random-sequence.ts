/** Length of the standard's sequence of random numbers. */
export const RANDOM_COUNT = 10_000

let sequence: Float32Array | undefined

/**
 * The 10,000 random numbers, from 0 to 1, that quantised pixels are dithered with, as single-precision floats.
 *
 * Park and Miller's generator from seed 1 (FITS 4.0, appendix I). The array is shared: do not change it.
 */
export function randomSequence(): Float32Array {
  sequence ??= makeSequence()
  return sequence
}

function makeSequence(): Float32Array {
  const modulus = 2_147_483_647
  const values = new Float32Array(RANDOM_COUNT)
  let seed = 1
  for (let i = 0; i < RANDOM_COUNT; i++) {
    seed = (16_807 * seed) % modulus
    values[i] = seed / modulus
  }
  return values
}
