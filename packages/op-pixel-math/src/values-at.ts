import { BLOCK } from './block.js'
import { gateOf } from './gate-of.js'

/** So few values are put in order at once; and so many of more than that are looked at to see where to look. */
const FEW = 2 ** 13
const SAMPLE = 2 ** 12

/** How far from a rank, in standard deviations of it in a sample, values may be that are looked at. */
const MARGIN = 5

/**
 * The values at two ranks, counted from 0, among finite ones: the nearer these are to each other, the sooner.
 *
 * What a sample says to be far off is counted and left behind, again and again, by the gate's vectors: to put all values in order takes many times as
 * long.
 *
 * @param values are only read
 */
export function valuesAt(values: Float64Array, lower: number, upper: number): [lower: number, upper: number] {
  const near = values.length > FEW ? nearTo(values, lower, upper) : undefined
  if (near !== undefined) return valuesAt(near.values, lower - near.below, upper - near.below)
  const sorted = values.slice().sort()
  return [sorted[lower] as number, sorted[upper] as number]
}

/** Far fewer values, among them those at the ranks, and how many are below; undefined where the sample misleads, or most values are the same. */
function nearTo(
  values: Float64Array,
  lower: number,
  upper: number,
): { values: Float64Array; below: number } | undefined {
  const step = values.length / SAMPLE
  const sample = Float64Array.from({ length: SAMPLE }, (_, i) => values[Math.floor(i * step)] as number).sort()
  const margin = MARGIN * 0.5 * Math.sqrt(SAMPLE)
  const at = (place: number) => sample[Math.max(0, Math.min(SAMPLE - 1, Math.round(place)))] as number
  const range = { low: at(lower / step - margin), high: at(upper / step + margin) }
  const gate = gateOf(range)
  for (let from = 0; from < values.length; from += BLOCK) gate.add(values.subarray(from, from + BLOCK))
  const { below, within, kept } = gate
  if (lower < below || upper >= below + within || within > Math.min(kept.length, values.length / 2)) return undefined
  return { values: kept.subarray(0, within), below }
}
