import type { Samples } from '@datalab/fits'

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
  for (let pixel = 0; pixel < result.length; pixel++) result[pixel] = (values[pixel] as number) + amount
  return result
}
