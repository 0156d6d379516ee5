/**
 * How often work is done.
 *
 * @typedef {object} SamplingOptions
 * @property {number} [warmUp] times that are not counted, for the compiler; as often as `samples` by default
 * @property {number} [samples] 200 by default
 */

/**
 * How long each time of doing some work took, in milliseconds. One time follows the other.
 *
 * @param {(index: number) => unknown} work may be asynchronous; it is told how often it was done before, warm-up included
 * @param {SamplingOptions} [options]
 * @returns {Promise<number[]>}
 */
export async function timings(work, options = {}) {
  return collected(async (index) => {
    const start = performance.now()
    await work(index)
    return performance.now() - start
  }, options)
}

/**
 * What each time of measuring came to, for what is not simply timed from its call to its end.
 *
 * @param {(index: number) => number | Promise<number>} measure one sample, in the unit of the row
 * @param {SamplingOptions} [options]
 * @returns {Promise<number[]>}
 */
export async function collected(measure, { samples = 200, warmUp = samples } = {}) {
  for (let index = 0; index < warmUp; index++) await measure(index)
  const results = []
  for (let index = warmUp; index < warmUp + samples; index++) results.push(await measure(index))
  return results
}

/**
 * How many a second were done, in each of several rounds.
 *
 * @param {number} count how many there are in a round
 * @param {readonly number[]} milliseconds that each round took
 */
export function rates(count, milliseconds) {
  return milliseconds.map((time) => (count / time) * 1000)
}
