import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chart } from '../contest/chart.mjs'
import { contestTables, markdownTable } from '../contest/page.mjs'
import { quoteContest } from './readme-quote.mjs'
import { cellsOf, NUMBERS } from './table.mjs'

/** The contest with others, which has tables of its own, and the chart. */
const CONTEST = 'peers'

/**
 * Writes `RESULTS.md` and the chart, of all results that are saved in a folder's `results`, and quotes the contest in the README.
 *
 * @param {string} folder
 * @param {string} readme its path
 * @returns {string} the path of the page
 */
export function writeResultsPage(folder, readme) {
  const saved = join(folder, 'results')
  const results = readdirSync(saved)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(saved, name), 'utf8')))
  const contest = results.find(({ name }) => name === CONTEST)
  if (contest !== undefined) {
    writeFileSync(join(saved, `${CONTEST}.svg`), chart(contest.rows))
    quoteContest(readme, contest)
  }
  const path = join(folder, 'RESULTS.md')
  writeFileSync(path, resultsPage(results))
  return path
}

/**
 * All results as a page of Markdown: the contest first, then the others by their names.
 *
 * @param {readonly { name: string }[]} results
 */
function resultsPage(results) {
  const place = ({ name }) => (name === CONTEST ? '' : name)
  const sorted = [...results].sort((one, other) => (place(one) < place(other) ? -1 : 1))
  const head =
    'Written by `npx -y pnpm@10 bench --save`; [CONTRIBUTING.md](../CONTRIBUTING.md#benchmarks) tells what it does.'
  return `${['# Results of the benchmarks', '', head, ...sorted.flatMap(sectionOf)].join('\n')}\n`
}

function sectionOf(result) {
  const isContest = result.name === CONTEST
  const body = isContest
    ? [`![How long everyone took](results/${CONTEST}.svg)`, '', contestTables(result)]
    : [...figureTable(result), ...notesOf(result)]
  return ['', `## ${result.name}: ${result.title}`, '', machineText(result), '', ...body]
}

function machineText({ measured, revision = 'no revision', machine }) {
  const { cpu, cores, memoryGiB, system, node, load, loadAfter } = machine
  const loads = `load average ${load} before, ${loadAfter} after`
  return `${measured.slice(0, 10)}, revision ${revision}; ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}; ${loads}.`
}

function figureTable({ rows }) {
  const cells = cellsOf(rows)
  return markdownTable(cells, cells[0].map((name) => (NUMBERS.includes(name) ? 'r' : 'l')).join(''))
}

function notesOf({ notes }) {
  return notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)]
}
