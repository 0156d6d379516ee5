import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { canMeasure } from '../contest/launcher.mjs'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const canRun = existsSync(path('../../packages/cli/dist/main.js')) && canMeasure()
if (!canRun) console.warn('peers.test.mjs is skipped: it needs python3 or GNU time, and node scripts/build.mjs first.')

const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function contest(rows) {
  const words = [path('../peers.bench.mjs'), '--size', '32', '--rounds', '1', '--rows', rows]
  return spawnSync(process.execPath, words, {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder },
    timeout: 50_000,
  })
}

test.skipIf(!canRun)(
  'the contest runs real work on small frames, and leaves nothing behind',
  { timeout: 60_000 },
  () => {
    const { status, stdout, stderr } = contest('flow-brightness')
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toMatch(/flow-brightness: .*\n {2}1\. DataLab +[\d.]+ s +[\d.]+ s of processors +\d+ MiB\n/)
    expect(readdirSync(folder)).toEqual([])
  },
)

test.skipIf(!canRun)(
  'rows of several results, or of inputs with names, end with what the others have too',
  { timeout: 60_000 },
  () => {
    const { status, stdout, stderr } = contest('subtract,stack-11,pixel-math')
    expect(stderr).toBe('')
    expect(status).toBe(0)
    for (const id of ['subtract', 'stack-11', 'pixel-math'])
      expect(stdout).toMatch(new RegExp(`\\n${id}: .*\\n {2}1\\. DataLab +[\\d.]+ s `))
    expect(stdout).not.toContain('failed')
    expect(readdirSync(folder)).toEqual([])
  },
)
