import type { Progress } from '@datalab/core'
import { bandsOfRows, type Samples, samplesFor } from '@datalab/fits'
import type { PixelKernels } from '@datalab/pixels'
import { medianOf, middleOf } from './median-of.js'
import { Sieve } from './sieve.js'

/** The median of so few is found at once. */
const FEW = 2 ** 19

/** Places that values are looked at to get an idea of all. */
const PLACES = 2 ** 16

/** The median of all is hardly ever further from that of a sample than so many times the deviation of its rank there. */
const DEVIATIONS = 5

/** Of all values, so many may be about as large as the median: more than a sample of finite ones lets be, which are 2 %. */
const KEPT_SHARE = 1 / 32

const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The median that `medianOf` gives of an image in memory, in less time: part by part, so that the process may do something else in between.
 *
 * Of all values only those are ordered that are about as large as the median of a sample.
 *
 * @param progress the share of the run's progress that this is
 * @throws DATALAB_ABORTED between two parts.
 */
export async function medianInParts(
  kernels: Pick<PixelKernels, 'countFinite' | 'orderStatistic'>,
  values: Samples,
  progress: Pick<Progress, 'split'>,
): Promise<number> {
  const sieve = values.length > FEW ? sieveFor(values) : undefined
  if (sieve === undefined) return medianOf(kernels, values)
  const parts = bandsOfRows({ width: 1, height: values.length }, 1)
  const [counting, sifting] = progress.split(1, 6)
  const counts = await counting.map(parts, ({ from, to }) => kernels.countFinite(values.subarray(from, to)))
  await sifting.map(parts, ({ from, to }) => sieve.add(values.subarray(from, to)))
  const count = counts.reduce((sum, each) => sum + each, 0)
  const low = sieve.at((count - 1) >> 1, kernels)
  const high = sieve.at(count >> 1, kernels)
  return low === undefined || high === undefined ? medianOf(kernels, values) : middleOf(low, high)
}

/** What finds the median of all values, unless the sample has misled; undefined where there is none. */
function sieveFor(values: Samples): Sieve | undefined {
  const sample = samplePlaces(values.length)
    .map((place) => values[place]!)
    .filter(Number.isFinite)
    .sort()
  if (sample.length === 0) return undefined
  const middle = sample.length >> 1
  const margin = Math.ceil((DEVIATIONS * Math.sqrt(sample.length)) / 2)
  const low = sample[Math.max(0, middle - margin)]!
  const high = sample[Math.min(sample.length - 1, middle + margin)]!
  const size = { width: Math.ceil(values.length * KEPT_SHARE), height: 1 }
  const room = samplesFor(size, [{ sampleType: values instanceof Float32Array ? 'float32' : 'float64' }])
  return new Sieve(low, high, room)
}

/** Places all over so many values: whatever repeats itself in an image, they do not keep step with it. */
export function samplePlaces(length: number): Float64Array {
  return Float64Array.from({ length: PLACES }, (_, index) => Math.floor(((index * GOLDEN) % 1) * length))
}
