import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineFacts, revision } from './machine.mjs'
import { Report } from './report.mjs'
import { saveResult } from './result-file.mjs'
import { headText, notesText, rowsText } from './table.mjs'

/**
 * Runs one benchmark, as a program: `node bench/<name>.bench.mjs [--save] [--check]`. Prints its rows; `--save` writes them to
 * `bench/results/<name>.json` too. With `--check`, the process ends with 1 where a target is missed.
 *
 * @example
 * await benchmark(import.meta.url, 'What is measured', async (report) => {
 *   report.row('the work', await timings(work), { unit: 'ms', target: 2 })
 * })
 *
 * @param {string} url of the benchmark's file: `import.meta.url`
 * @param {string} title
 * @param {(report: Report) => Promise<void>} measure
 */
export async function benchmark(url, title, measure) {
  const flags = process.argv.slice(2)
  const name = basename(fileURLToPath(url)).replace(/\.bench\.mjs$/, '')
  const before = machineFacts()
  console.log(headText(name, title, before))
  const report = new Report()
  await measure(report)
  const machine = { ...before, loadAfter: machineFacts().load }
  console.log(rowsText(report.rows))
  console.log(notesText([...report.notes, `load average afterwards ${machine.loadAfter}`]))
  if (flags.includes('--save')) {
    const result = { name, title, measured: new Date().toISOString(), revision: revision(), machine, ...report.json() }
    console.log(`  saved as ${await saveResult(url, result)}`)
  }
  if (flags.includes('--check') && report.isAnyMissed()) process.exitCode = 1
}
