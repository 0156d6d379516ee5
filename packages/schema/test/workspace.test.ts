import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { isStale, renderSchemas, schemaSources } from '../src/index.js'

const packages = resolve(import.meta.dirname, '../..')

test('the committed schema files are those of the interfaces beside them', () => {
  const sources = readdirSync(packages).flatMap((name) => schemaSources(join(packages, name)))
  expect(sources).toContain(join(packages, 'core', 'src', 'formats.ts'))
  const stale = renderSchemas(sources).filter(isStale)
  const paths = stale.map(({ path }) => relative(packages, path))
  expect(paths, 'out of date; run `npx -y pnpm@10 generate`').toEqual([])
})
