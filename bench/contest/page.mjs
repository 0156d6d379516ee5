import { barText, figureText } from './text.mjs'

/** @import { ContestantResult, RowResult } from './run-row.mjs' */

const MIB = 2 ** 20

/** What verdicts are called. */
const VERDICTS = { aim: 'aim reached', met: 'reached', missed: '**missed**', 'CPU disagrees': '**not of processors**' }

/**
 * The tables of a contest in Markdown.
 *
 * @param {{ size: number, rounds: number, versions: Record<string, string>, rows: readonly RowResult[] }} result
 */
export function contestTables({ size, rounds, versions, rows }) {
  const missing = [...new Set(rows.flatMap((row) => row.missing))]
  const failures = rows.flatMap((row) => row.failures.map((failure) => `- ${row.title}: ${failure}`))
  return [
    `Frames of ${size} x ${size} pixels. Whole processes, their start included, from files to files, unless the row says "in the process"; one`,
    `after the other, round after round (${rounds}), with the inputs read once more before each. Figures are medians of the rounds, ratios the medians`,
    'of the ratios in each round; memory is the most of all rounds. A peer that took one and a half times as long as the best one in the first round',
    'is not asked again. "The original" is what the Python application does, with astropy and NumPy. What goes into a .fits.fz is quantised: by DataLab',
    'in the steps of fpack, a quarter of the noise, by the original in those of astropy, a sixteenth, which have two bits of a pixel more to code.',
    '',
    `Others: ${versionsText(versions)}.${missing.length > 0 ? ` Not on this machine: ${missing.join(', ')}.` : ''}`,
    '',
    ...(failures.length > 0 ? [...failures, ''] : []),
    ...ratioTable(rows),
    '',
    ...figureTable(rows),
  ].join('\n')
}

/**
 * A table of Markdown.
 *
 * @param {readonly (readonly string[])[]} lines the first is the head
 * @param {string} alignment a letter for each column: l or r
 */
export function markdownTable([head, ...lines], alignment) {
  const rule = [...alignment].map((letter) => (letter === 'r' ? '---:' : '---'))
  return [head, rule, ...lines].map((cells) => `| ${cells.map(escaped).join(' | ')} |`)
}

function versionsText(versions) {
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return names.length === 0 ? 'none' : names.join(', ')
}

function ratioTable(rows) {
  const lines = rows.flatMap(({ title, judgements }) =>
    judgements.map((one) => [
      title,
      one.against,
      figureText(one.wall),
      one.cpu === undefined ? '' : figureText(one.cpu),
      one.bound === undefined ? '' : barText(one),
      VERDICTS[one.verdict] ?? '',
    ]),
  )
  return markdownTable([['work', 'DataLab against', 'ratio', 'of processors', 'bar', ''], ...lines], 'llrrll')
}

function figureTable(rows) {
  const lines = rows.flatMap(({ title, contestants }) =>
    contestants.map((one) => [title, ...cellsOf(one, contestants)]),
  )
  const head = ['work', 'who', 'wall', 'of processors', 'peak RSS', 'of our time', 'rounds', 'result']
  return markdownTable([head, ...lines], 'llrrrrrl')
}

/** @param {ContestantResult} result */
function cellsOf({ name, role, wall, cpu, rss, rounds, agreement = '' }, all) {
  const ours = all.find((one) => one.role === 'ours')
  const ratio = role === 'ours' ? '' : `${figureText(wall / ours.wall)} x`
  return [name, timeText(wall), timeText(cpu), `${Math.round(rss / MIB)} MiB`, ratio, String(rounds), agreement]
}

/**
 * A time with its unit.
 *
 * @param {number} seconds
 */
export function timeText(seconds) {
  return seconds < 0.5 ? `${figureText(seconds * 1000)} ms` : `${figureText(seconds)} s`
}

/** The text of a cell. */
export function escaped(cell) {
  return cell.replaceAll('|', '\\|')
}
