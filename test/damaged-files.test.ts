import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../stress/stress.mjs', import.meta.url))

interface Result {
  readonly cases: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly faults: readonly unknown[]
}

test('damaged FITS files end in values or typed errors', { timeout: 180_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'fits', '--cases', '4000', '--seed', '11'])
  const { cases, outcomes, faults } = JSON.parse(stdout) as Result
  expect(faults).toEqual([])
  expect(cases).toBe(4000)
  // Damage that left nothing to read, or did none, would prove nothing.
  expect(outcomes.read).toBeGreaterThan(400)
  expect(outcomes.FITS_INVALID).toBeGreaterThan(400)
})
