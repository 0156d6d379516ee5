import type { Samples } from '@datalab/fits'

/**
 * Median of each pixel across images of one size, written into `result`.
 *
 * NaN counts as missing; a pixel missing everywhere becomes NaN. With an even count the two middle values are averaged, in float64.
 * The images are only read. Time grows with pixels x images; memory is one column of pixels.
 *
 * @param images at least one; each as long as `result`
 * @returns `result`
 * @throws TypeError when an image has another length.
 * @example stackMedian([[1, 9], [3, 7], [2, 8]].map((row) => Float32Array.from(row)), new Float32Array(2)) // Float32Array [2, 8]
 */
export function stackMedian<Result extends Samples>(images: readonly Samples[], result: Result): Result {
  const other = images.find((image) => image.length !== result.length)
  if (other !== undefined) throw new TypeError(`An image has ${other.length} samples, the result ${result.length}.`)
  const column = new Float64Array(images.length)
  for (let pixel = 0; pixel < result.length; pixel++) {
    let count = 0
    for (const image of images) {
      const sample = image[pixel] as number
      if (!Number.isNaN(sample)) column[count++] = sample
    }
    result[pixel] = medianOf(column, count)
  }
  return result
}

/** Up to this many values, sorting by insertion is faster than the engine's sort. */
const FEW = 48

/** Median of the first `count` values, which it reorders. */
function medianOf(values: Float64Array, count: number): number {
  if (count === 0) return Number.NaN
  if (count <= FEW) insertionSort(values, count)
  else values.subarray(0, count).sort()
  const upper = values[count >> 1] as number
  return count % 2 === 1 ? upper : ((values[(count >> 1) - 1] as number) + upper) / 2
}

function insertionSort(values: Float64Array, count: number): void {
  for (let end = 1; end < count; end++) {
    const value = values[end] as number
    let place = end
    while (place > 0 && (values[place - 1] as number) > value) {
      values[place] = values[place - 1] as number
      place--
    }
    values[place] = value
  }
}
