// Runs the benchmarks, one after the other, each in a process of its own: `node bench/run.mjs [--save] [--check] [name ...]`.
// Ends with 1 where one failed, or with --check missed a target; with 2 for a name or flag that there is not.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const ENDING = '.bench.mjs'
const FLAGS = ['--save', '--check']

const folder = import.meta.dirname
const names = readdirSync(folder)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length))
  .sort()
const words = process.argv.slice(2)
const flags = words.filter((word) => word.startsWith('--'))
const wanted = words.filter((word) => !word.startsWith('--'))

const strange = [...wanted.filter((name) => !names.includes(name)), ...flags.filter((flag) => !FLAGS.includes(flag))]
if (strange.length > 0) {
  console.error(`no ${strange.join(', ')}; there is ${[...names, ...FLAGS].join(', ')}`)
  process.exit(2)
}

const failed = (wanted.length === 0 ? names : wanted).filter((name) => !isWell(name))
if (failed.length > 0) {
  console.error(`\nfailed, or missed a target: ${failed.join(', ')}`)
  process.exitCode = 1
}

/** Whether a benchmark ended as it should. */
function isWell(name) {
  const { status, error } = spawnSync(process.execPath, [join(folder, `${name}${ENDING}`), ...flags], {
    stdio: 'inherit',
  })
  if (error !== undefined) console.error(error.message)
  return status === 0
}
