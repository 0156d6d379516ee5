// Many jobs over a fleet: node stress/stress.mjs fleet [--jobs N] [--save]
// 4 hosts submit N jobs, 10,000 where nothing is said, and a tenth of them a second time, to 4 workers on a Redis of their own, with results in a
// bucket where DATALAB_TEST_S3_ENDPOINT names a server (packages/storage-s3/README.md, "Tests"), else in files: every job has to be run once, and
// nothing may be left over. It is packages/executor-bullmq/test/fleet-load.test.ts, for longer. Needs redis-server. --save writes
// load-result.json beside this file.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const JOBS = 10_000

/** Runs it; the exit code is that of the test. */
export function main(words, surroundings) {
  const jobs = words.includes('--jobs') ? Number(words[words.indexOf('--jobs') + 1]) : JOBS
  if (!Number.isInteger(jobs) || jobs < 10) throw new Error('--jobs takes a whole number from 10.')
  const folder = mkdtempSync(join(tmpdir(), 'datalab-load-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'result.json')
  const loadBefore = load()
  process.exitCode = run({
    DATALAB_FLEET_JOBS: `${jobs}`,
    DATALAB_FLEET_DUPLICATES: `${Math.floor(jobs / 10)}`,
    DATALAB_FLEET_RESULT: file,
  })
  if (process.exitCode !== 0 || !words.includes('--save')) return
  const result = { ...JSON.parse(readFileSync(file, 'utf8')), ...surroundings(), loadBefore, loadAfter: load() }
  writeFileSync(join(import.meta.dirname, 'load-result.json'), `${JSON.stringify(result, null, 2)}\n`)
}

function run(variables) {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const parameters = [vitest, 'run', 'fleet-load', '--project', 'executor-bullmq']
  const { status } = spawnSync(process.execPath, parameters, {
    cwd,
    env: { ...process.env, ...variables },
    stdio: 'inherit',
  })
  return status ?? 1
}

/** Processes that ran or wanted to, on average over the last minute. */
function load() {
  return Math.round(10 * loadavg()[0]) / 10
}
