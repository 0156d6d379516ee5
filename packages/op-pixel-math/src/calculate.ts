import type { Samples, SampleType } from '@datalab/fits'
import { Calculation, finished } from './calculation.js'
import { readFormula } from './read-formula.js'

const ALONE = { report: () => Promise.resolve() }

/**
 * What an expression gives for each pixel of images, written into `result`.
 *
 * It calls the images a, b, c and so on. Each value is calculated in float64, and rounded once where `result` is float32. NaN is what it is of:
 * statistics alone leave it out. The images are only read.
 *
 * @param images of one length; 1 to 26
 * @returns `result`
 * @throws DATALAB_FAILED, pointing at the character (`details.character`), when the expression is no formula of so many images.
 * @throws TypeError when the images and `result` differ in length.
 * @example await calculate('(a - median(b)) * 2', [Float32Array.of(5, 6), Float32Array.of(1, 3)], new Float32Array(2)) // Float32Array [6, 8]
 */
export async function calculate<Result extends Samples>(
  expression: string,
  images: readonly Samples[],
  result: Result,
): Promise<Result> {
  for (const { length } of images)
    if (length !== result.length)
      throw new TypeError(`An image has ${length} pixels, and the result holds ${result.length}.`)
  const formula = await readFormula(expression, images.length)
  const stack = {
    width: result.length,
    height: 1,
    types: images.map(typeOf),
    rows: (index: number) => images[index] as Samples,
    // All pixels are in one row.
    async *parts() {
      yield { from: 0, to: 1, data: images }
    },
  }
  const calculation = new Calculation(formula, stack)
  await calculation.findStatistics(ALONE)
  await finished(calculation.run(typeOf(result), ALONE, ({ values, at }) => result.set(values, at)))
  return result
}

function typeOf(samples: Samples): SampleType {
  return samples instanceof Float32Array ? 'float32' : 'float64'
}
