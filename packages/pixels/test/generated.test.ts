import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { generatedFiles } from '../scripts/modules.mjs'

test('the modules are those of their sources', { timeout: 300_000 }, async () => {
  const files: Record<string, string> = await generatedFiles()
  expect(Object.keys(files)).not.toHaveLength(0)
  for (const [name, contents] of Object.entries(files)) {
    const committed = readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8')
    expect(committed === contents, `src/${name} is generated anew by scripts/generate.mjs`).toBe(true)
  }
})
