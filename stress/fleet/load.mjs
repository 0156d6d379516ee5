// Many jobs over a fleet: node stress/stress.mjs fleet [--jobs N]
// 4 hosts submit N jobs, 10,000 where nothing is said, and a tenth of them a second time, to 4 workers on a Redis of their own: every job has to be
// run once, and nothing may be left over. It is packages/executor-bullmq/test/fleet-load.test.ts, for longer. Needs redis-server.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const JOBS = 10_000

/** Runs it; the exit code is that of the test. */
export function main(words) {
  const jobs = words.includes('--jobs') ? Number(words[words.indexOf('--jobs') + 1]) : JOBS
  if (!Number.isInteger(jobs) || jobs < 10) throw new Error('--jobs takes a whole number from 10.')
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const env = { ...process.env, DATALAB_FLEET_JOBS: `${jobs}`, DATALAB_FLEET_DUPLICATES: `${Math.floor(jobs / 10)}` }
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const parameters = [vitest, 'run', 'fleet-load', '--project', 'executor-bullmq']
  const { status } = spawnSync(process.execPath, parameters, { cwd, env, stdio: 'inherit' })
  process.exitCode = status ?? 1
}
