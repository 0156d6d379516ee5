// Runs the benchmarks, one after the other, each in a process of its own:
// `node bench/run.mjs [--save] [--check] [--rows NAME,...] [--rounds NUMBER] [--size PIXELS] [name ...]`.
// --save writes each result to bench/results, all that are there to bench/RESULTS.md, and quotes them in the README. --rows, --rounds and --size are of
// the contest with others, and run only that where no benchmark is named.
// Ends with 1 where one failed, or with --check missed a target; with 2 for a name or flag that there is not.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { writeResultsPage } from './harness/results-page.mjs'

const ENDING = '.bench.mjs'
const CONTEST = 'peers'
const FLAGS = { save: { type: 'boolean' }, check: { type: 'boolean' } }
const CONTEST_FLAGS = { rows: { type: 'string' }, rounds: { type: 'string' }, size: { type: 'string' } }

const folder = import.meta.dirname
const names = readdirSync(folder)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length))
  .sort()
const { values, positionals } = parseArgs({
  options: { ...FLAGS, ...CONTEST_FLAGS },
  allowPositionals: true,
  strict: false,
})

const known = Object.keys({ ...FLAGS, ...CONTEST_FLAGS })
const strangeFlags = Object.keys(values).filter((name) => !known.includes(name))
const strange = [...positionals.filter((name) => !names.includes(name)), ...strangeFlags.map((name) => `--${name}`)]
if (strange.length > 0) {
  console.error(`no ${strange.join(', ')}; there is ${[...names, ...known.map((name) => `--${name}`)].join(', ')}`)
  process.exit(2)
}
const isOfContest = Object.keys(CONTEST_FLAGS).some((name) => name in values)
const wanted = positionals.length > 0 ? positionals : isOfContest ? [CONTEST] : names
if (wanted.includes(CONTEST)) await checkContest()
const failed = wanted.filter((name) => !isWell(name))
if (values.save) {
  const page = writeResultsPage(folder, join(folder, '../README.md'))
  console.log(`\nall saved results are in ${relative(process.cwd(), page)}`)
}
if (failed.length > 0) {
  console.error(`\nfailed, or missed a target: ${failed.join(', ')}`)
  process.exitCode = 1
}

/** Ends where the contest's flags are wrong: at once, not when the other benchmarks are done. */
async function checkContest() {
  const { contestOptions } = await import('./contest/options.mjs')
  try {
    contestOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
}

/** Whether a benchmark ended as it should. */
function isWell(name) {
  const flags = name === CONTEST ? known : Object.keys(FLAGS)
  const words = flags
    .filter((flag) => flag in values)
    .map((flag) => (values[flag] === true ? `--${flag}` : `--${flag}=${values[flag]}`))
  const { status, error } = spawnSync(process.execPath, [join(folder, `${name}${ENDING}`), ...words], {
    stdio: 'inherit',
  })
  if (error !== undefined) console.error(error.message)
  return status === 0
}
