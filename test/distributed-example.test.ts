import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../examples/distributed/distributed.mjs', import.meta.url))

const hasRedis = (() => {
  try {
    return execFileSync('redis-server', ['--version']).length > 0
  } catch {
    console.error('\n*** SKIPPED: the example of a fleet. Install a Redis: apt-get install redis-server\n')
    return false
  }
})()

test.skipIf(!hasRedis)('the example of a fleet loses nothing when a worker is killed', { timeout: 270_000 }, () => {
  const options = { encoding: 'utf8', timeout: 260_000 } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--folder'], options)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/submitted 38 jobs of 4 operations, 26 of them different/)
  expect(stdout).toMatch(/killed worker \d+ \(kill -9\)/)
  expect(stdout).toMatch(/the board shows 4 queues/)
  expect(stdout.trim().split('\n').at(-1)).toBe('Nothing was lost.')
})
