// Rounds of random crashes: node stress/stress.mjs [ROUNDS] [SEED] [--save] [--json] [--short] [--alone]
// Hosts that share a folder work at random, are killed and stopped at random, and must never leave a wrong state behind. A round that fails
// keeps its folder and tells its seed: `node stress/stress.mjs 1 SEED` draws the same again. --save writes the result beside this file. Two rounds
// go on at a time, or one with --alone; with --short they have fewer hosts, to which less happens.
// Damaged FITS files: node stress/stress.mjs fits [--cases N] [--seed S] [--minutes M] [--alone] [--save], see fits/fuzz.mjs.
// Many inputs: node stress/stress.mjs many [--count N] [--size S] [--frames FOLDER] [--save], see many/many.mjs.
// A fleet: node stress/stress.mjs fleet [--jobs N] [--save], see fleet/load.mjs, and what a job costs it: fleet costs, see fleet/costs.mjs.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { CACHE_BYTES, writeFiles } from './files.mjs'
import { planOf } from './plan.mjs'
import { Round } from './round.mjs'
import { Totals } from './totals.mjs'

const start = performance.now()
const words = process.argv.slice(2)
if (words[0] === 'fits') {
  const { main } = await import('./fits/fuzz.mjs')
  await main(words.slice(1), surroundings)
  process.exit()
}
if (words[0] === 'many') {
  const { main } = await import('./many/many.mjs')
  await main(words.slice(1), surroundings)
  process.exit()
}
if (words[0] === 'fleet' && words[1] === 'costs') {
  const { main } = await import('./fleet/costs.mjs')
  await main(words.slice(2), surroundings)
  process.exit()
}
if (words[0] === 'fleet') {
  const { main } = await import('./fleet/load.mjs')
  main(words.slice(1), surroundings)
  process.exit()
}
const flags = words.filter((word) => word.startsWith('--'))
const [rounds = 200, seed = 1] = words.filter((word) => !word.startsWith('--')).map(Number)
if (platform() !== 'linux') {
  console.error('Crash rounds need /proc, which only Linux has.')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'datalab-stress-'))
const world = join(folder, 'world')
mkdirSync(world)
await writeFiles(world)
const totals = new Totals()
const going = new Set()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(130))
// However it ends, no process of a round is left.
process.once('exit', () => {
  for (const round of going) round.end()
})
let begun = 0
await Promise.all(Array.from({ length: flags.includes('--alone') ? 1 : 2 }, runRounds))
const result = { seeds: [seed, seed + rounds - 1], ...totals.summary, cacheBytes: CACHE_BYTES, ...surroundings() }
if (flags.includes('--save'))
  writeFileSync(join(import.meta.dirname, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
console.log(JSON.stringify(result, null, flags.includes('--json') ? 0 : 2))
if (totals.failedSeeds.length === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
process.exitCode = totals.failedSeeds.length === 0 ? 0 : 1

async function runRounds() {
  while (begun < rounds) await runRound(seed + begun++)
}

async function runRound(number) {
  const roundFolder = join(folder, `round-${number}`)
  const round = new Round(roundFolder, world, planOf(number, flags.includes('--short')))
  going.add(round)
  const outcome = await round.run()
  going.delete(round)
  totals.add(outcome)
  tell(outcome)
  if (outcome.violations.length === 0) rmSync(roundFolder, { recursive: true, force: true, maxRetries: 5 })
}

function tell({ seed: number, folder: kept, ms, violations, counts, lines }) {
  const kinds = (kind) => lines.filter((line) => line.kind === kind).length
  const work = `${kinds('submitted')} submissions, ${kinds('run')} runs, ${kinds('instant')} instants`
  const state = violations.length === 0 ? 'ok' : `FAILED, see ${kept}`
  console.error(`seed ${number}: ${(ms / 1000).toFixed(1)} s, ${work}, ${JSON.stringify(counts)}: ${state}`)
  for (const violation of violations) console.error(JSON.stringify(violation).slice(0, 3000))
}

function surroundings() {
  return {
    seconds: Math.round((performance.now() - start) / 1000),
    node: process.version,
    commit: commit(),
    machine: `${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, ${platform()} ${release()} ${arch()}`,
    date: new Date().toISOString().slice(0, 10),
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }).trim()
  } catch {
    return undefined
  }
}
