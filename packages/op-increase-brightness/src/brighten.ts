import type { Samples, SampleType } from '@datalab/fits'
import { loadKernels, type PixelKernels } from '@datalab/pixels'

/**
 * Each value with the same amount added, written into `result`.
 *
 * NaN stays NaN. The sum is made in float64 and rounded once, where `result` is float32. The values are only read, unless they are `result`.
 *
 * @param amount in the values' own units; negative to darken
 * @returns `result`
 * @throws TypeError when the values and `result` differ in length.
 * @example brighten(Float32Array.of(1, 2), 5, new Float32Array(2)) // Float32Array [6, 7]
 */
export function brighten<Result extends Samples>(values: Samples, amount: number, result: Result): Result {
  if (values.length !== result.length)
    throw new TypeError(`There are ${values.length} values, and the result holds ${result.length}.`)
  kernels ??= loadKernels()
  kernels.calculate('add', values, amount, result)
  return result
}

let kernels: PixelKernels | undefined

/** Less than half of the distance between the largest numbers of a type: added to any of them it overflows none. */
const HARMLESS = { float32: 1e31, float64: 9e291 } as const

/** Whether the amount makes no number of this type infinite. */
export function isHarmless(amount: number, type: SampleType): boolean {
  return Math.abs(amount) < HARMLESS[type]
}

/** How many finite values became infinite when the amount was added. */
export function countOverflows(values: Samples, amount: number, sums: Samples): number {
  if (isHarmless(amount, sums instanceof Float32Array ? 'float32' : 'float64')) return 0
  let count = 0
  for (let pixel = 0; pixel < sums.length; pixel++)
    if (Number.isFinite(values[pixel]) && !Number.isFinite(sums[pixel])) count++
  return count
}
