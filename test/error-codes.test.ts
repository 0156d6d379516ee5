import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function codesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] as string)
}

test('every error code in the sources is in docs/errors.md, and the other way round', () => {
  const packages = join(root, 'packages')
  const sources = readdirSync(packages)
    .flatMap((name) => readdirSync(join(packages, name, 'src'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  const used = new Set(
    sources.flatMap((text) => codesIn(text, /'((?:DATALAB|SOURCE|STORAGE|CACHE|DATABASE|FITS|REDIS)_[A-Z_]+)'/g)),
  )
  const documented = codesIn(readFileSync(join(root, 'docs/errors.md'), 'utf8'), /^\| `([A-Z_]+)`/gm)
  expect([...used].sort()).toEqual([...documented].sort())
  expect(new Set(documented).size).toBe(documented.length)
})
