import { expectedValue, noiseOf } from './star-field.mjs'

/** Further from the truth than this many times the noise of one exposure, and a pixel is counted as wrong. */
export const WRONG = 5

/**
 * How far some pixels are from the truth, in units of the noise that one exposure has there.
 *
 * @typedef {object} Residuals
 * @property {number} brightest the largest, in noise
 * @property {number} brightestAdu the same pixel, in the camera's numbers
 * @property {number} mean in noise
 * @property {number} wrong how many pixels are further off than `WRONG`, up or down
 */

/**
 * Holds pixels of an image against what the scene would show without noise, cosmic rays and satellites.
 *
 * @param {ArrayLike<number>} data the image
 * @param {import('./star-field.mjs').Scene} scene
 * @param {Iterable<number>} pixels which to look at
 * @returns {Residuals}
 */
export function residuals(data, scene, pixels) {
  const found = { brightest: Number.NEGATIVE_INFINITY, brightestAdu: Number.NaN, mean: 0, wrong: 0 }
  let count = 0
  for (const pixel of pixels) {
    const electrons = scene.electrons[pixel]
    const adu = data[pixel] - expectedValue(electrons)
    const inNoise = adu / noiseOf(electrons)
    if (inNoise > found.brightest) Object.assign(found, { brightest: inNoise, brightestAdu: adu })
    // Written so that a pixel without a value counts as wrong too.
    if (!(Math.abs(inNoise) <= WRONG)) found.wrong++
    found.mean += (inNoise - found.mean) / ++count
  }
  return found
}
