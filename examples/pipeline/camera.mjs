import { seededRandom } from '@datalab/testing'

const WIDTH = 240
const HEIGHT = 160
const BIAS = 1000 // counts of a pixel that was not exposed
const READ_NOISE = 4 // counts
const SEED = 20250321

/** A camera of which each pixel is known: its bias, and how much of the light it sees. The same wherever it is made. */
export function camera() {
  const random = seededRandom(SEED)
  const columns = Array.from({ length: WIDTH }, () => 8 * random.normal())
  const bias = pixels((x, y) => BIAS + columns[x] + (6 * y) / HEIGHT)
  const response = pixels((x, y) => vignetting(x, y) * dust(x, y) * (1 + 0.02 * random.normal()))
  return { width: WIDTH, height: HEIGHT, bias, response }
}

/**
 * A frame of 16 bits as the camera would give it.
 *
 * @param {ReturnType<typeof camera>} camera
 * @param {ArrayLike<number>} light what falls on each pixel, in counts
 * @param {number} seed of the noise
 */
export function exposed({ bias, response }, light, seed) {
  const random = seededRandom(seed)
  return Uint16Array.from(bias, (level, pixel) => {
    const counts = light[pixel] * response[pixel]
    const noise = Math.sqrt(counts + READ_NOISE ** 2) * random.normal()
    return Math.min(65535, Math.max(0, Math.round(level + counts + noise)))
  })
}

/** @param {(x: number, y: number) => number} value */
function pixels(value) {
  return Float64Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => value(pixel % WIDTH, Math.floor(pixel / WIDTH)))
}

/**
 * The corners see less.
 *
 * @param {number} x
 * @param {number} y
 */
function vignetting(x, y) {
  return 1 - 0.3 * ((x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.5) ** 2) * 2
}

/**
 * A grain of dust throws a ring.
 *
 * @param {number} x
 * @param {number} y
 */
function dust(x, y) {
  const distance = Math.hypot(x - 0.3 * WIDTH, y - 0.6 * HEIGHT)
  return Math.abs(distance - 14) < 4 ? 0.8 : 1
}
