import { readFileSync, writeFileSync } from 'node:fs'
import { escaped, timeText } from '../contest/page.mjs'
import { figureText } from '../contest/text.mjs'

/** @import { ContestantResult, RowResult } from '../contest/run-row.mjs' */

const MARKED = /(<!-- bench -->\n).*(<!-- \/bench -->)/s

const MIB = 2 ** 20

/**
 * Puts the contest's rows in which the Python original takes part into a document, between `<!-- bench -->` and `<!-- /bench -->`.
 *
 * @param {string} path
 * @param {{ size: number, machine: { cpu: string, cores: number }, rows: readonly RowResult[] }} contest
 * @throws where the document has no such place
 */
export function quoteContest(path, contest) {
  const text = readFileSync(path, 'utf8')
  if (!MARKED.test(text)) throw new Error(`${path} has no <!-- bench --> and <!-- /bench --> for the results.`)
  writeFileSync(
    path,
    text.replace(MARKED, (_, start, end) => `${start}\n${quote(contest)}\n\n${end}`),
  )
}

function quote({ size, machine: { cpu, cores }, rows }) {
  const lines = rows
    .filter(({ contestants }) => contestants.some(({ role }) => role === 'original'))
    .map(({ title, contestants }) => [title, ...cellsOf(contestants)])
  const head = ['whole processes', 'DataLab', 'the fastest other', 'the Python original']
  return [
    ...aligned([head, ...lines]),
    '',
    `Frames of ${size} x ${size} pixels, on ${cores} cores of ${cpu}; time, and memory at its peak.`,
    '[bench/RESULTS.md](bench/RESULTS.md) has all figures.',
  ].join('\n')
}

/** A table with its columns in line, as the formatter has those of documents. @param {readonly (readonly string[])[]} table its head first */
function aligned(table) {
  const [head, ...lines] = table.map((cells) => cells.map(escaped))
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((cells) => cells[column].length)))
  const row = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row)]
}

/** @param {readonly ContestantResult[]} contestants */
function cellsOf(contestants) {
  const [ours] = contestants.filter(({ role }) => role === 'ours')
  const [best] = contestants.filter(({ role }) => role === 'peer').sort((one, other) => one.wall - other.wall)
  const [original] = contestants.filter(({ role }) => role === 'original')
  const figures = ({ wall, rss }) => `${timeText(wall)}, ${Math.round(rss / MIB)} MiB`
  const compared = (other) => `${figures(other)} (${figureText(other.wall / ours.wall)} x)`
  return [figures(ours), best === undefined ? '' : `${best.name}: ${compared(best)}`, compared(original)]
}
