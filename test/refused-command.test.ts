import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const isBuilt = existsSync(path('../packages/cli/dist/main.js'))
if (!isBuilt) console.warn('refused-command.test.ts is skipped: run node scripts/build.mjs first')

test.skipIf(!isBuilt)('a command that refuses what it was given ends, though it has begun with its work', () => {
  const words = [path('../packages/cli/bin/datalab.js'), 'run', 'median', 'only-one.fits', '--out', 'never-made']
  const { status, signal, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 15_000 })
  expect({ status, signal }).toEqual({ status: 2, signal: null })
  expect(stderr).toMatch(/^datalab: /)
  expect(existsSync('never-made')).toBe(false)
})
