import { randomBits, uniform } from './random.mjs'

/** Counts of a detector without light. */
const BIAS = 1000

/** Counts that reading a pixel adds or takes away, one sigma. */
const READ_NOISE = 5

const BACKGROUND = 300
const STAR_SIGMA = 2.3
const STAR_REACH = 16

/** Of a frame of 4096 x 4096 pixels; a smaller one has fewer, in proportion. */
const STARS = 2000
const COSMIC_RAYS = 200

/** Normally distributed numbers, of which each pixel draws one: to make one anew would take ten times as long. */
const DEVIATIONS = normalDeviations(2 ** 16)

/** A field of stars as a detector of `side` x `side` pixels takes it: the same sky, with other noise and cosmic rays, in each frame. */
export class Sky {
  #expected

  /** @param {number} side pixels of a row, and rows */
  constructor(side) {
    this.side = side
    this.#expected = new Float32Array(side * side).fill(BACKGROUND)
    const next = uniform(1)
    for (let star = 0; star < share(STARS, side); star++)
      addStar(this.#expected, side, { x: next() * side, y: next() * side, flux: 10 ** (2.5 + 3.5 * next()) })
  }

  /**
   * What the detector's electronics give for one exposure, bias included.
   *
   * @param {number} number of the frame; the same number is the same frame
   * @returns {Uint16Array}
   */
  counts(number) {
    const expected = this.#expected
    const counts = new Uint16Array(expected.length)
    const rays = this.#cosmicRays(number)
    const bits = randomBits(number)
    for (let pixel = 0; pixel < counts.length; pixel++) {
      const light = expected[pixel]
      const noise = Math.sqrt(light + READ_NOISE ** 2) * DEVIATIONS[bits() & 0xffff]
      counts[pixel] = Math.min(65_535, Math.max(0, Math.round(BIAS + light + noise)))
    }
    for (const [pixel, light] of rays) counts[pixel] = Math.min(65_535, counts[pixel] + light)
    return counts
  }

  #cosmicRays(number) {
    const next = uniform(1_000_003 + number)
    const pixels = this.side * this.side
    return Array.from({ length: share(COSMIC_RAYS, this.side) }, () => [
      Math.floor(next() * pixels),
      500 + Math.floor(next() * 19_500),
    ])
  }
}

/**
 * Counts less the bias, divided by a flat field.
 *
 * @param {Uint16Array} counts
 * @param {number} side
 */
export function calibrated(counts, side) {
  const flat = Float32Array.from({ length: side }, (_, x) => 1 + 0.02 * Math.sin(x / 500))
  const light = new Float32Array(counts.length)
  for (let pixel = 0; pixel < light.length; pixel++) light[pixel] = (counts[pixel] - BIAS) / flat[pixel % side]
  return light
}

function share(count, side) {
  return Math.max(3, Math.round((count * side * side) / 4096 ** 2))
}

function addStar(expected, side, { x, y, flux }) {
  const peak = flux / (2 * Math.PI * STAR_SIGMA ** 2)
  const around = (place) => [
    Math.max(0, Math.floor(place) - STAR_REACH),
    Math.min(side, Math.floor(place) + STAR_REACH),
  ]
  const [left, right] = around(x)
  const [bottom, top] = around(y)
  for (let row = bottom; row < top; row++)
    for (let column = left; column < right; column++) {
      const distance = ((column - x) ** 2 + (row - y) ** 2) / STAR_SIGMA ** 2
      expected[row * side + column] += peak * Math.exp(-distance / 2)
    }
}

/** By the method of Box and Muller. */
function normalDeviations(count) {
  const next = uniform(7)
  return Float64Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  )
}
