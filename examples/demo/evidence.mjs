import { expectedValue, noiseOf } from './star-field.mjs'

/** @import { Image } from '@datalab/fits' */
/** @import { Scene } from './star-field.mjs' */
/** @import { Truth } from './write-frames.mjs' */

/** Further from the truth than this many times the noise of one exposure, and a pixel is counted as wrong. */
const WRONG = 5

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
 * What was found when the median was held against the truth.
 *
 * @typedef {object} Findings
 * @property {number} frames how many there are
 * @property {string} trailFile the frame with the trail
 * @property {Residuals} before along the trail, in that frame
 * @property {Residuals} after along the trail, in the median
 * @property {number} rays pixels hit by cosmic rays, in all frames
 * @property {number} raysLeft how many of them are wrong in the median
 * @property {number} wrong how many pixels of the whole median are wrong
 */

/**
 * Looks for the trail and the cosmic rays.
 *
 * @param {Truth} truth
 * @param {Image} frame the one with the trail
 * @param {Image} median
 * @returns {Findings}
 */
export function examine({ scene, files, trailFrame, trailPixels, rayPixels }, frame, median) {
  const rays = new Set(rayPixels.flat())
  return {
    frames: files.length,
    trailFile: files[trailFrame],
    before: residuals(frame.data, scene, trailPixels),
    after: residuals(median.data, scene, trailPixels),
    rays: rays.size,
    raysLeft: residuals(median.data, scene, rays).wrong,
    wrong: residuals(median.data, scene, scene.electrons.keys()).wrong,
  }
}

/**
 * The findings as lines of text.
 *
 * @param {Findings} findings
 */
export function report({ frames, trailFile, before, after, rays, raysLeft, wrong }) {
  return [
    'What is left, held against the sky that the exposures were made from:',
    row('', trailFile, 'median'),
    row('brightest pixel along the satellite’s trail', inAdu(before), inAdu(after)),
    row('', inNoise(before.brightest), inNoise(after.brightest)),
    row('mean along the trail *', inNoise(before.mean), inNoise(after.mean)),
    row('', `all ${frames} frames`, 'median'),
    row('pixels hit by cosmic rays', thousands(rays), thousands(raysLeft)),
    '',
    `   In the whole median, ${thousands(wrong)} pixels are off by more than ${WRONG} x the noise of one exposure.`,
    '   * One outlier among seven values moves their median by 0.2 x noise, however far out it lies.',
  ]
}

/**
 * What is not as it should be, in sentences; none where the median did its work.
 *
 * @param {Findings} findings
 */
export function judge({ trailFile, before, after, raysLeft, wrong }) {
  const problems = []
  if (!(before.brightest > 20)) problems.push(`There is no trail in ${trailFile} that could be removed.`)
  if (after.wrong > 0 || !(after.mean < 0.5)) problems.push('The satellite trail is not gone from the median.')
  if (raysLeft > 0) problems.push(`${thousands(raysLeft)} pixels hit by cosmic rays are still wrong in the median.`)
  if (wrong > 0) problems.push(`${thousands(wrong)} pixels of the median are further off than noise can explain.`)
  return problems
}

/**
 * Holds pixels of an image against what the scene would show without noise, cosmic rays and satellites.
 *
 * @param {ArrayLike<number>} data the image
 * @param {Scene} scene
 * @param {Iterable<number>} pixels which to look at
 * @returns {Residuals}
 */
function residuals(data, scene, pixels) {
  const found = { brightest: Number.NEGATIVE_INFINITY, brightestAdu: Number.NaN, mean: 0, wrong: 0 }
  let count = 0
  for (const pixel of pixels) {
    const electrons = scene.electrons[pixel]
    const adu = data[pixel] - expectedValue(electrons)
    const times = adu / noiseOf(electrons)
    if (times > found.brightest) Object.assign(found, { brightest: times, brightestAdu: adu })
    // Written so that a pixel without a value counts as wrong too.
    if (!(Math.abs(times) <= WRONG)) found.wrong++
    found.mean += (times - found.mean) / ++count
  }
  return found
}

/** @param {Residuals} residuals */
function inAdu({ brightestAdu }) {
  return `${brightestAdu.toFixed(0)} ADU`
}

/** @param {number} value */
function inNoise(value) {
  return `${value.toFixed(1)} x noise`
}

/** @param {number} count */
function thousands(count) {
  return count.toLocaleString('en')
}

/** @param {string[]} cells */
function row(...[label, left, right]) {
  return `   ${label.padEnd(44)}${left.padStart(14)}${right.padStart(14)}`
}
