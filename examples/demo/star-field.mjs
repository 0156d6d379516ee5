import { Random } from './random.mjs'

/**
 * The camera: electrons become numbers of 16 bits.
 *
 * @typedef {object} Camera
 * @property {number} gain electrons per number
 * @property {number} readNoise in electrons
 * @property {number} bias the number an unexposed pixel has
 */

/**
 * A place in the sky as one exposure would show it without any noise, in electrons per pixel.
 *
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {Float64Array} electrons row after row, the bottom row first
 */

/** @type {Camera} */
export const CAMERA = { gain: 1.6, readNoise: 6, bias: 1000 }

const FWHM = 3.2 // of a star, in pixels
const BETA = 3 // how steep its wings are
const ALPHA = FWHM / (2 * Math.sqrt(2 ** (1 / BETA) - 1))

/**
 * Sky, a spiral galaxy, and stars of all brightnesses.
 *
 * @param {{ width: number, height: number, stars: number, seed: number }} options
 * @returns {Scene}
 */
export function makeScene({ width, height, stars, seed }) {
  const random = new Random(seed)
  const scene = { width, height, electrons: new Float64Array(width * height) }
  addSky(scene)
  addGalaxy(scene, { x: 0.63 * width, y: 0.69 * height, scale: 0.034 * width })
  for (let i = 0; i < stars; i++) addStar(scene, random)
  return scene
}

/**
 * What the camera would deliver on average for so many electrons.
 *
 * @param {number} electrons
 */
export function expectedValue(electrons) {
  return CAMERA.bias + electrons / CAMERA.gain
}

/**
 * The noise of one exposure where so many electrons are expected, as a standard deviation in the camera's numbers.
 *
 * @param {number} electrons
 */
export function noiseOf(electrons) {
  return Math.sqrt(electrons + CAMERA.readNoise ** 2) / CAMERA.gain
}

/**
 * One exposure: photon noise, read noise, and what else fell on the detector.
 *
 * @param {Scene} scene
 * @param {readonly Float32Array[]} extras electrons to add to the scene's
 * @param {Random} random
 * @returns {Uint16Array}
 */
export function expose(scene, extras, random) {
  const { gain, readNoise, bias } = CAMERA
  return Uint16Array.from(scene.electrons, (expected, i) => {
    let mean = expected
    for (const extra of extras) mean += extra[i]
    const electrons = random.poisson(mean) + readNoise * random.normal()
    return Math.min(65535, Math.max(0, Math.round(bias + electrons / gain)))
  })
}

/**
 * A satellite that crosses the whole frame while the shutter is open: a band with soft edges that flickers as it tumbles.
 *
 * @param {Scene} scene
 * @returns {Float32Array} electrons per pixel
 */
export function satelliteTrail({ width, height }) {
  const trail = new Float32Array(width * height)
  const slope = 0.52
  const start = 0.14 * height
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const distance = Math.abs(y - start - slope * x) / Math.hypot(1, slope)
      const flicker = 1 + 0.25 * Math.sin(x / 37)
      if (distance < 5) trail[i] = 900 * flicker * Math.exp(-((distance / 1.1) ** 2))
    }
  }
  return trail
}

/**
 * Charged particles: most leave a spot, some a track.
 *
 * @param {Scene} scene
 * @param {number} hits
 * @param {Random} random
 * @returns {Float32Array} electrons per pixel
 */
export function cosmicRays({ width, height }, hits, random) {
  const rays = new Float32Array(width * height)
  for (let hit = 0; hit < hits; hit++) {
    const angle = random.between(0, 2 * Math.PI)
    const length = random.uniform() < 0.3 ? random.between(5, 40) : random.between(0, 2)
    const charge = random.logBetween(500, 8000)
    const x0 = random.between(0, width)
    const y0 = random.between(0, height)
    for (let step = 0; step <= length; step += 0.5) {
      const x = Math.floor(x0 + step * Math.cos(angle))
      const y = Math.floor(y0 + step * Math.sin(angle))
      if (x >= 0 && x < width && y >= 0 && y < height) rays[y * width + x] += charge * random.between(0.5, 1)
    }
  }
  return rays
}

/** @param {Scene} scene */
function addSky({ width, height, electrons }) {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) electrons[i] += 300 + (70 * x) / width + (50 * y) / height
  }
}

/**
 * A bulge and an inclined disk with two arms.
 *
 * @param {Scene} scene
 * @param {{ x: number, y: number, scale: number }} place centre and scale length of the disk, in pixels
 */
function addGalaxy({ width, height, electrons }, place) {
  const tilt = 0.6
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const dx = x - place.x
      const dy = y - place.y
      const along = dx * Math.cos(tilt) + dy * Math.sin(tilt)
      const across = (dy * Math.cos(tilt) - dx * Math.sin(tilt)) / 0.55
      const r = Math.hypot(along, across) / place.scale
      if (r > 9) continue
      const arms = 1 + 0.8 * Math.min(1, r) * Math.cos(2 * Math.atan2(across, along) - 5.5 * Math.log(r + 0.3))
      electrons[i] += 420 * arms * Math.exp(-r) + 2600 * Math.exp(-6 * Math.sqrt(r))
    }
  }
}

/**
 * A star anywhere, faint more likely than bright, with a Moffat profile.
 *
 * @param {Scene} scene
 * @param {Random} random
 */
function addStar({ width, height, electrons }, random) {
  const x0 = random.between(0, width)
  const y0 = random.between(0, height)
  const flux = Math.min(1e6, 600 * (1 - random.uniform()) ** (-1 / 0.8))
  const peak = (flux * (BETA - 1)) / (Math.PI * ALPHA ** 2)
  const reach = ALPHA * Math.sqrt(Math.max(1, peak / 0.2) ** (1 / BETA))
  for (let y = Math.max(0, Math.ceil(y0 - reach)); y <= Math.min(height - 1, y0 + reach); y++) {
    for (let x = Math.max(0, Math.ceil(x0 - reach)); x <= Math.min(width - 1, x0 + reach); x++) {
      const r2 = ((x - x0) ** 2 + (y - y0) ** 2) / ALPHA ** 2
      electrons[y * width + x] += peak * (1 + r2) ** -BETA
    }
  }
}
