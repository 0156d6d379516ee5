import { quantile } from '../harness/statistics.mjs'

/** @import { ContestantResult } from './run-row.mjs' */

/**
 * What a row is to reach.
 *
 * @typedef {object} Bars
 * @property {Bar} [peer] how many times as long the best peer takes
 * @property {Bar} [original] how many times as long the Python original takes
 * @property {Bar} [floor] how many times as long we take as reading the files alone does
 * @property {Bar} [rss] MiB that we may take
 */

/**
 * @typedef {object} Bar
 * @property {number} bound to be reached
 * @property {number} [aim] to be reached if possible
 */

/**
 * What came of a bar. `wall` is what counts, `cpu` has to agree where there is one.
 *
 * @typedef {object} Judgement
 * @property {string} against
 * @property {number} wall
 * @property {number} [cpu]
 * @property {number} [bound]
 * @property {number} [aim]
 * @property {boolean} isUpper whether less is better
 * @property {'aim' | 'met' | 'CPU disagrees' | 'missed'} [verdict]
 */

const MIB = 2 ** 20

/**
 * Our ratios to the others, with what they were to be. Without a bar there is no verdict.
 *
 * @param {readonly ContestantResult[]} results
 * @param {Bars} bars
 * @returns {Judgement[]}
 */
export function judgements(results, bars) {
  const ours = results.find(({ role }) => role === 'ours')
  const of = (role) => results.filter((result) => result.role === role)
  const best = of('peer').sort((one, other) => one.wall - other.wall)[0]
  const judged = [
    best && judgement(`best peer, ${best.name}`, ratios(best, ours), bars.peer),
    ...of('original').map((original) => judgement('the original', ratios(original, ours), bars.original)),
    ...of('floor').map((floor) => judgement(floor.name, { wall: ratios(ours, floor).wall }, bars.floor, true)),
    bars.rss && judgement('peak RSS, MiB', { wall: ours.rss / MIB }, bars.rss, true),
  ]
  return judged.filter((one) => one !== undefined)
}

/** Whether a verdict is one that a check does not pass. */
export function isBad(verdict) {
  return verdict === 'missed' || verdict === 'CPU disagrees'
}

/** How many times as long the one takes as the other: the median of the rounds that both were in. */
function ratios(one, other) {
  const median = (name) => {
    const rounds = Math.min(one.samples[name].length, other.samples[name].length)
    return quantile(
      Array.from({ length: rounds }, (_, round) => one.samples[name][round] / other.samples[name][round]),
      0.5,
    )
  }
  return { wall: median('wall'), cpu: median('cpu') }
}

/** @param {Bar} [bar] */
function judgement(against, figures, bar, isUpper = false) {
  const told = { against, ...figures, isUpper }
  return bar === undefined ? told : { ...told, ...bar, verdict: verdictOf(figures, bar, isUpper) }
}

function verdictOf({ wall, cpu }, { bound, aim }, isUpper) {
  const reaches = (figure, goal) => (isUpper ? figure <= goal : figure >= goal)
  if (!reaches(wall, bound)) return 'missed'
  if (cpu !== undefined && !reaches(cpu, bound)) return 'CPU disagrees'
  return aim !== undefined && reaches(wall, aim) ? 'aim' : 'met'
}
