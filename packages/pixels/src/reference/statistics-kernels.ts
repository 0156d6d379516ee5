import type { StatisticsKernels } from '../kernels.js'
import type { Samples } from '../pixel-scale.js'

/** Statistics of an image in plain TypeScript. */
export const statisticsKernels: StatisticsKernels = {
  countFinite,
  sampleFinite: (values, most) => takeFinite(values, countFinite(values), most),
  histogram(values, low, high, counts) {
    const factor = counts.length / (high - low)
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (!(value >= low && value <= high)) continue
      const bin = Math.min(Math.trunc((value - low) * factor), counts.length - 1)
      counts[bin] = counts[bin]! + 1
    }
  },
  orderStatistic(values, rank) {
    const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()
    return sorted[rank] ?? Number.NaN
  },
}

function countFinite(values: Samples): number {
  let count = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) count++
  return count
}

/** Finite values at even steps, of which there are `finite`. */
export function takeFinite(values: Samples, finite: number, most: number): Float64Array {
  const stride = Math.max(1, Math.trunc(finite / most))
  const samples = new Float64Array(Math.min(most, Math.ceil(finite / stride)))
  if (finite === values.length) return samples.map((_, i) => values[i * stride]!)
  let seen = 0
  for (let i = 0, taken = 0; taken < samples.length; i++) {
    if (!Number.isFinite(values[i]!)) continue
    if (seen++ % stride === 0) samples[taken++] = values[i]!
  }
  return samples
}
