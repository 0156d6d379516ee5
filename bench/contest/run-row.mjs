import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from '../harness/statistics.mjs'
import { judgements } from './bars.mjs'
import { measured } from './measured.mjs'
import { readAgain, settle } from './read-again.mjs'

/** @import { Contestant } from './contestants.mjs' */
/** @import { ContestRow } from './rows.mjs' */
/** @import { Taken } from './measured.mjs' */

/** A peer that took so many times as long as the best one in the first round is not asked again. */
const FAR_BEHIND = 1.5

/**
 * What a contestant came to.
 *
 * @typedef {object} ContestantResult
 * @property {string} name
 * @property {Contestant['role']} role
 * @property {number} wall seconds, the median of the rounds
 * @property {number} cpu seconds, likewise
 * @property {number} rss bytes, the most of all rounds
 * @property {number} rounds
 * @property {string} [agreement] of its result with the reference's
 * @property {{ wall: number[], cpu: number[], rss: number[] }} samples by rounds
 */

/**
 * @typedef {object} RowResult
 * @property {string} id
 * @property {string} title
 * @property {ContestantResult[]} contestants
 * @property {import('./bars.mjs').Judgement[]} judgements
 * @property {string[]} missing who is not on this machine
 * @property {string[]} failures of others, each in a sentence: who failed does not take part any more
 */

/**
 * @typedef {object} Surroundings
 * @property {(part: number) => import('./frames/frame-files.mjs').FrameFiles} files frames of such a part of the side
 * @property {import('./programs.mjs').Programs} programs
 * @property {string} folder for what runs leave, which is removed after each
 * @property {number} rounds
 * @property {boolean} isJudged whether frames are of the size that the bars are of
 * @property {(text: string) => void} tell
 */

/**
 * Has all contestants of a row that are there do its work in turn, round after round.
 *
 * Results are compared in the first round: before ours is what it has to be, no time counts.
 *
 * @param {ContestRow} row
 * @param {Surroundings} surroundings
 * @returns {Promise<RowResult>}
 * @throws where our result is wrong, or we fail
 */
export async function runRow(row, surroundings) {
  const { programs, tell, isJudged } = surroundings
  const isThere = ({ needs }) => programs.missing(needs).length === 0
  const missing = row.contestants.filter((contestant) => !isThere(contestant)).map(({ name }) => name)
  const entries = []
  for (const contestant of row.contestants.filter(isThere))
    entries.push({ contestant, frames: await framesOf(row, contestant, surroundings), taken: [], failure: undefined })
  tell(`\n${row.id}: ${row.title}`)
  const rounds = row.isOnce ? 1 : surroundings.rounds
  for (let round = 0; round < rounds; round++) await runRound(row, entries, round, surroundings)
  const isCounted = ({ contestant, taken }) => contestant.role !== 'reference' && taken.length > 0
  const results = entries.filter(isCounted).map(resultOf)
  const failures = entries.flatMap(({ failure }) => failure ?? [])
  const { id, title, bars } = row
  return { id, title, contestants: results, judgements: judgements(results, isJudged ? bars : {}), missing, failures }
}

function framesOf({ frames: { count, form, isPacked, part = 1 } }, contestant, { files }) {
  return files(part).some(count, contestant.form ?? form, { isPacked })
}

async function runRound(row, entries, round, surroundings) {
  const runs = []
  try {
    for (const entry of entries.filter((one) => isAsked(one, entries, round))) {
      const folder = join(surroundings.folder, entry.contestant.name.replaceAll(/\W+/g, '-'))
      const run = { entry, folder, output: undefined }
      runs.push(run)
      run.output = await runOrFail(entry, round, folder, surroundings)
      if (round > 0) rmSync(folder, { recursive: true })
    }
    if (round === 0) await compareAll(row, runs, surroundings)
  } finally {
    for (const { folder } of runs) rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether a contestant takes part in a round: in the first all do. */
function isAsked({ contestant, taken, failure }, entries, round) {
  if (round === 0) return true
  if (contestant.role !== 'peer') return contestant.role !== 'reference' && failure === undefined
  const peers = entries.filter((entry) => entry.contestant.role === 'peer' && entry.failure === undefined)
  const best = Math.min(...peers.map((peer) => peer.taken[0].wall))
  return failure === undefined && taken[0].wall <= best * FAR_BEHIND
}

/** The path of what came of a run; of somebody else's failure it is noted that it failed. */
async function runOrFail(entry, round, folder, surroundings) {
  const { name, role } = entry.contestant
  try {
    const { taken, output } = await runOnce(entry, folder, surroundings)
    surroundings.tell(`  ${round + 1}. ${name.padEnd(16)} ${takenText(taken)}`)
    entry.taken.push(taken)
    return output
  } catch (error) {
    if (role === 'ours') throw error
    entry.failure = `${name} failed: ${error.message.trim().split('\n').at(-1)}`
    surroundings.tell(`  ${round + 1}. ${name} failed: ${error.message}`)
    return undefined
  }
}

/** @returns {Promise<{ taken: Taken, output: string | undefined }>} */
async function runOnce({ contestant, frames }, folder, { programs, isJudged }) {
  mkdirSync(folder)
  const { words, env, output } = contestant.prepare({ frames, folder, programs })
  if (isJudged) settle()
  readAgain(frames)
  const { taken, said } = await measured(words, { folder, env })
  if (contestant.tellsTimes) Object.assign(taken, JSON.parse(said.trim().split('\n').at(-1)))
  return { taken, output: output() }
}

function takenText({ wall, cpu, rss }) {
  return `${wall.toFixed(4).padStart(9)} s  ${cpu.toFixed(4).padStart(9)} s of processors  ${(rss / 2 ** 20).toFixed(0).padStart(5)} MiB`
}

/** Notes how far the results are the same as the reference's: the original's, or that of who else is there. */
async function compareAll({ id, compare }, runs, { programs }) {
  const results = runs.filter(({ output }) => output !== undefined)
  const reference = ['reference', 'original', 'peer', 'ours']
    .map((role) => results.find(({ entry }) => entry.contestant.role === role))
    .find((run) => run !== undefined)
  for (const { entry, output } of results) {
    if (output === reference.output) continue
    const told = await compare(resultFor(entry, output), resultFor(reference.entry, reference.output), programs)
    entry.agreement = told.text
    if (!told.isSame && entry.contestant.role === 'ours') throw new Error(`${id}: our result is wrong: ${told.text}`)
  }
}

function resultFor({ contestant }, path) {
  return { path, scale: contestant.scale }
}

/** @returns {ContestantResult} */
function resultOf({ contestant: { name, role }, taken, agreement }) {
  const all = (what) => taken.map((one) => one[what])
  const samples = { wall: all('wall'), cpu: all('cpu'), rss: all('rss') }
  const [wall, cpu] = [quantile(samples.wall, 0.5), quantile(samples.cpu, 0.5)]
  return { name, role, wall, cpu, rss: Math.max(...samples.rss), rounds: taken.length, agreement, samples }
}
