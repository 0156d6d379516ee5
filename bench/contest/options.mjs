import { parseArgs } from 'node:util'
import { rows } from './rows.mjs'

/** Pixels of a row, and rows, of the frames that the bars are of. */
export const JUDGED_SIZE = 4096

const DEFAULTS = { rounds: '3', size: String(JUDGED_SIZE) }

/**
 * What a command line asks of the contest.
 *
 * @typedef {object} ContestOptions
 * @property {string[]} rows their names, in the order of the table
 * @property {number} rounds
 * @property {number} size pixels of a row, and rows, of frames
 */

/**
 * Reads `--rows NAME,...`, `--rounds NUMBER` and `--size PIXELS`. Other flags are left alone.
 *
 * @param {string[]} words
 * @returns {ContestOptions}
 * @throws {TypeError} for a row that there is not, for what is no number, and where a part or small frames are to be saved
 */
export function contestOptions(words) {
  const type = 'string'
  const { values } = parseArgs({
    args: words,
    options: { rows: { type }, rounds: { type }, size: { type } },
    strict: false,
  })
  const names = rows.map(({ id }) => id)
  const wanted = values.rows === undefined ? names : String(values.rows).split(',')
  const strange = wanted.filter((name) => !names.includes(name))
  if (strange.length > 0) throw new TypeError(`There is no row ${strange.join(', ')}; there is ${names.join(', ')}.`)
  const size = countOf(values, 'size', 16)
  if (values.save && (wanted.length < names.length || size !== JUDGED_SIZE))
    throw new TypeError(`--save is for all rows, of frames of ${JUDGED_SIZE} pixels: leave --rows and --size out.`)
  return { rows: names.filter((name) => wanted.includes(name)), rounds: countOf(values, 'rounds', 1), size }
}

function countOf(values, name, least) {
  const text = values[name] ?? DEFAULTS[name]
  const count = Number(text)
  if (typeof text === 'string' && Number.isInteger(count) && count >= least) return count
  throw new TypeError(`--${name} takes a number from ${least} on, not '${text}'.`)
}
