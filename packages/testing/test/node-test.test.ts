import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const script = `
import { describe, it } from 'node:test'
import { MemoryRecordStore, MemoryStorage } from '@datalab/core'
import { testRecordStore, testStorage } from '../src/index.js'

testRecordStore({ describe, it }, { name: 'MemoryRecordStore', create: (now) => new MemoryRecordStore({ now }) })
class Unbounded extends MemoryStorage {
  async head() {}
}
testStorage({ describe, it }, { name: 'a mutant', create: () => new Unbounded() })
`

test('the suites run under node --test, and fail there, too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datalab-testing-'))
  const outfile = join(folder, 'suite.test.mjs')
  try {
    await build({
      stdin: { contents: script, resolveDir: import.meta.dirname },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      conditions: ['@datalab/source'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    })
    // What tells a test file that it runs within node:test is not for this one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const parameters = ['--test', '--test-reporter=tap', outfile]
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env }).catch((error) => error)
    expect(stdout).toMatch(/^ {4}ok \d+ - submissions/m)
    expect(stdout).toMatch(/^ {8}ok \d+ - of 20 claims at once one gets the lease/m)
    expect(stdout).toMatch(/^ {8}not ok \d+ - keeps an object as it was put/m)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 60_000)
