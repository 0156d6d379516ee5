import { quantile } from '../../harness/statistics.mjs'

/**
 * How long work takes that is done again and again in this process: the median of the seconds on the wall, and of those of the processor in all
 * threads. One time more, before, does not count.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @param {number} times
 * @returns {Promise<{ result: Result, taken: { wall: number, cpu: number } }>} with the last result
 */
export async function repeated(work, times) {
  let result = await work()
  const taken = []
  for (let time = 0; time < times; time++) {
    const start = performance.now()
    const processor = process.cpuUsage()
    result = await work()
    const { user, system } = process.cpuUsage(processor)
    taken.push({ wall: (performance.now() - start) / 1e3, cpu: (user + system) / 1e6 })
  }
  const medianOf = (name) =>
    quantile(
      taken.map((one) => one[name]),
      0.5,
    )
  return { result, taken: { wall: medianOf('wall'), cpu: medianOf('cpu') } }
}
