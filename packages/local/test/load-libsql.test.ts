import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { loadLibsql } from '../src/load-libsql.js'

const require = createRequire(import.meta.url)
const path = require.resolve('libsql')

test('gives the class that works on databases', () => {
  const Database = loadLibsql(path)
  const database = new Database(':memory:')
  expect(database.prepare('SELECT 1 AS one').all()).toEqual([{ one: 1 }])
  database.close()
})

test('leaves what others load as it is', () => {
  loadLibsql(path)
  const own = createRequire(path)
  for (const name of ['detect-libc', '@neon-rs/load'])
    expect(Object.keys(own(name)).sort()).toEqual(namesOf(own.resolve(name)))
})

/** What a module gives in a process of its own. */
function namesOf(module: string): unknown {
  const code = `console.log(JSON.stringify(Object.keys(require(${JSON.stringify(module)})).sort()))`
  return JSON.parse(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }))
}
