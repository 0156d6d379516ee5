/**
 * The value that a part of the samples does not exceed, interpolated linearly between its neighbours (the default of NumPy's `quantile`).
 *
 * @param {readonly number[]} samples in any order; at least one, and all finite
 * @param {number} fraction 0 to 1
 */
export function quantile(samples, fraction) {
  if (samples.length === 0) throw new TypeError('There are no samples; measure at least one.')
  const strange = samples.findIndex((sample) => !Number.isFinite(sample))
  if (strange !== -1) throw new TypeError(`Sample ${strange} is ${samples[strange]}, which is no figure.`)
  const sorted = [...samples].sort((a, b) => a - b)
  const place = (sorted.length - 1) * fraction
  const below = sorted[Math.floor(place)]
  return below + (sorted[Math.ceil(place)] - below) * (place % 1)
}

/**
 * Whether more is better of what is told in this unit: so it is of rates (`jobs/s`), and not of times and sizes.
 *
 * @param {string} unit
 */
export function isRate(unit) {
  return unit.endsWith('/s')
}

/**
 * What samples come to: their median, and the 95th percentile, which of rates is the one that 95 of 100 samples reach.
 *
 * @param {readonly number[]} samples
 * @param {string} unit
 */
export function summary(samples, unit) {
  return { median: quantile(samples, 0.5), p95: quantile(samples, isRate(unit) ? 0.05 : 0.95) }
}

/**
 * Whether a figure is what it is to be: above the target where it is a rate, else below.
 *
 * @param {number} figure
 * @param {string} unit
 * @param {number} target
 */
export function isMet(figure, unit, target) {
  return isRate(unit) ? figure > target : figure < target
}
