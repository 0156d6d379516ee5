import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const cli = path('../packages/cli')
const isBuilt = existsSync(join(cli, 'dist/run.cjs'))
if (!isBuilt) console.warn('start.test.ts is skipped: run node scripts/build.mjs first')
// Later versions keep what they compiled by themselves.
const keepsNothing = createRequire(import.meta.url)('node:module').enableCompileCache === undefined

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datalab-start-'))
  for (const name of ['a.fits', 'b.fits', 'c.fits']) writeFileSync(join(folder, name), plainImage())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const RUNS: Readonly<Record<string, readonly string[]>> = {
  median: ['a.fits', 'b.fits', 'c.fits'],
  'increase-brightness': ['a.fits', '--increase-by', '1'],
  stacking: ['a.fits', 'b.fits', 'c.fits'],
  subtraction: ['--input-files', 'a.fits', 'b.fits', '--subtraction-file', 'c.fits'],
  'pixel-math': ['a.fits', 'b.fits', '--expression', '(a - median(b)) / 2'],
}

test.skipIf(!isBuilt).each(Object.entries(RUNS))('%s of small files loads next to nothing', (operation, words) => {
  const { files, builtins, asModules } = loadedBy(['run', operation, ...words, '--no-previews', '--out', operation])
  const compiled = keepsNothing ? [] : ['dist/run.cjs']
  const parser = operation === 'pixel-math' ? ['dist/mathjs-parser.cjs'] : []
  const isOwn = (file: string) => !file.startsWith('../')
  expect(files.filter(isOwn)).toEqual(['bin/datalab.js', 'bin/load-run.js', ...compiled, ...parser])
  for (const file of files)
    if (!isOwn(file)) expect(file).toMatch(/\/node_modules\/(@?libsql|@neon-rs|detect-libc)\/[^/]+/)
  // What Node itself begins with differs from version to version.
  if (!keepsNothing) return
  expect(asModules).toBe(false)
  for (const name of ['worker_threads', 'zlib']) expect(builtins).not.toContain(name)
  // Elsewhere libsql looks for what it may run.
  if (process.platform === 'linux') expect(builtins).not.toContain('child_process')
})

function plainImage(): Buffer {
  const cards = ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 2', 'NAXIS1  = 8', 'NAXIS2  = 8', 'END']
  return Buffer.concat([
    Buffer.from(
      cards
        .map((card) => card.padEnd(80))
        .join('')
        .padEnd(2880),
    ),
    Buffer.alloc(2880),
  ])
}

function loadedBy(words: readonly string[]): { files: string[]; builtins: string[]; asModules: boolean } {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--require', path('fixtures/tell-loaded.cjs'), join(cli, 'bin/datalab.js'), ...words],
    { cwd: folder, encoding: 'utf8', timeout: 30_000 },
  )
  expect({ status, stderr }).toMatchObject({ status: 0 })
  const { files, ...rest } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
  return { files: files.map((file: string) => relative(cli, file).replaceAll('\\', '/')), ...rest }
}

/** A copy of the command line, to be changed: its dependencies are those of the checkout. */
function copied(): string {
  const copy = join(folder, 'cli')
  for (const part of ['bin', 'dist'])
    cpSync(join(cli, part), join(copy, part), { recursive: true, preserveTimestamps: true })
  symlinkSync(join(cli, 'node_modules'), join(copy, 'node_modules'), 'junction')
  return copy
}

test.skipIf(!isBuilt || !keepsNothing)(
  'what was compiled ahead is what V8 takes, and only if it is newer than its source',
  () => {
    const require = createRequire(import.meta.url)
    const { COMPILED, RUN, compiled, runAsScript } = require(join(copied(), 'bin/load-run.js'))
    expect(runAsScript(compiled()).cachedDataRejected).toBe(false)
    utimesSync(RUN, new Date(), new Date(Date.now() + 60_000))
    expect(compiled()).toBeUndefined()
    expect(runAsScript(readFileSync(COMPILED).subarray(0, 1000)).cachedDataRejected).toBe(true)
  },
)
