import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { generatedFiles, placesOfData } from '../scripts/modules.mjs'

test('the modules are those of their sources', { timeout: 300_000 }, async () => {
  const files: Record<string, string> = await generatedFiles()
  expect(Object.keys(files)).not.toHaveLength(0)
  for (const [name, contents] of Object.entries(files)) {
    const committed = readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8')
    expect(committed === contents, `src/${name} is generated anew by scripts/generate.mjs`).toBe(true)
  }
})

test('modules that share a memory keep their data apart', { timeout: 300_000 }, async () => {
  const { kernels, base, others } = await placesOfData()
  expect(kernels).toBeLessThanOrEqual(base)
  // What all of them use begins behind the first page.
  for (const end of others) expect(end).toBeLessThanOrEqual(2 ** 16)
})
