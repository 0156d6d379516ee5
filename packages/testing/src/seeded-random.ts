/** Random numbers that are the same wherever and whenever they are drawn: one seed, one sequence. */
export interface SeededRandom {
  /** Uniform from 0 up to, not including, 1. */
  uniform(): number
  /** Uniform from `low` up to, not including, `high`. */
  between(low: number, high: number): number
  /** A whole number from 0 up to, not including, `end`. */
  integer(end: number): number
  /** Uniform in the logarithm: each factor of two between `low` and `high` is as likely as any other. Both are above 0. */
  logBetween(low: number, high: number): number
  /** Normal, of mean 0 and variance 1. */
  normal(): number
  /** A number of events of which `mean` are expected. */
  poisson(mean: number): number
}

/** Above this mean a Poisson number is drawn as a rounded normal one. */
const LARGE_MEAN = 30

/**
 * A source of random numbers for tests: mulberry32, of which equal seeds give equal sequences.
 *
 * @param seed a whole number; only its lowest 32 bits count
 * @example seededRandom(1).integer(6) + 1 // a die
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (end) => Math.floor(end * uniform()),
    logBetween: (low, high) => low * (high / low) ** uniform(),
    normal,
    poisson: (mean) => (mean > LARGE_MEAN ? roundedNormal(mean, normal) : countedEvents(mean, uniform)),
  }
}

function roundedNormal(mean: number, normal: () => number): number {
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
}

/** Knuth's product. */
function countedEvents(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean)
  let events = 0
  for (let product = uniform(); product > limit; product *= uniform()) events++
  return events
}
