import type { Samples } from '@datalab/fits'
import type { PixelKernels } from '@datalab/pixels'

/**
 * The median of the finite values of an image: exact, the mean of the two middle ones, in double precision, where their number is even.
 *
 * NaN where there is no finite value. The values are only read.
 *
 * @param kernels what counts and orders; `loadKernels()` of `@datalab/pixels` gives them
 * @example medianOf(loadKernels(), Float32Array.of(3, Number.NaN, 1, 8)) // 3
 */
export function medianOf(kernels: Pick<PixelKernels, 'countFinite' | 'orderStatistic'>, values: Samples): number {
  const count = kernels.countFinite(values)
  if (count === 0) return Number.NaN
  // Ranks count from the least value on, which may be infinite.
  const first = count === values.length ? 0 : countNegativeInfinities(values)
  const low = kernels.orderStatistic(values, first + ((count - 1) >> 1))
  if (count % 2 === 1) return low
  return middleOf(low, kernels.orderStatistic(values, first + (count >> 1)))
}

/** The mean of two values. Halves are added where the sum would be infinite, and nowhere else: the least number has none. */
export function middleOf(low: number, high: number): number {
  const sum = low + high
  return Number.isFinite(sum) ? sum / 2 : low / 2 + high / 2
}

function countNegativeInfinities(values: Samples): number {
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i] === Number.NEGATIVE_INFINITY) count++
  return count
}
