// Builds what is stale: `node scripts/build.mjs [--all] [--types] [package ...]`. Declarations are made with --types only: nothing that runs
// needs them. Logs to stderr, so that a command run after it owns stdout.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
// The digest of what a build was made from is kept beside its `dist`, not in it: that is what gets published.
const CODE_STAMP = '.built'
const TYPES_STAMP = '.typed'
const BUNDLER = join(root, 'scripts', 'bundle-run.mjs')
const SHARED = ['pnpm-lock.yaml', 'tsconfig.base.json', 'tsconfig.dts.json', 'tsup.base.ts']

const words = process.argv.slice(2)
const all = words.includes('--all')
const named = words.filter((word) => !word.startsWith('--'))
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'tsup.config.ts')),
)
const wanted = packages.filter((name) => named.length === 0 || named.includes(name))

const shared = digest(SHARED.map((name) => join(root, name)))
const stamps = new Map(wanted.map((name) => [name, digest(filesOf(name), shared)]))
const isStale = (stamp) => (name) => all || builtStamp(name, stamp) !== stamps.get(name)

const stale = wanted.filter(isStale(CODE_STAMP))
if (stale.length > 0) buildCode(stale)
const untyped = words.includes('--types') ? wanted.filter(isStale(TYPES_STAMP)) : []
if (untyped.length > 0) buildTypes(untyped)

function buildCode(names) {
  console.error(`building ${names.join(', ')}`)
  for (const name of names) {
    for (const part of ['dist', CODE_STAMP, TYPES_STAMP])
      rmSync(join(root, 'packages', name, part), { recursive: true, force: true })
    run('tsup', ['--silent'], join(root, 'packages', name))
  }
  if (names.includes('cli')) execFileSync(process.execPath, [BUNDLER], { stdio: ['ignore', 2, 2] })
  for (const name of names) leaveStamp(name, CODE_STAMP)
}

// One compiler for the declarations of all packages: a compiler each takes twice as long.
function buildTypes(names) {
  console.error(`declaring ${names.join(', ')}`)
  const out = join(root, '.types')
  rmSync(out, { recursive: true, force: true })
  run('tsc', ['-p', 'tsconfig.dts.json'], root)
  for (const name of names) {
    const from = join(out, name, 'src')
    mkdirSync(from, { recursive: true })
    cpSync(from, join(root, 'packages', name, 'dist'), { recursive: true })
    leaveStamp(name, TYPES_STAMP)
  }
  rmSync(out, { recursive: true, force: true })
}

/** Runs a tool of the workspace by Node itself, which needs no shell and no platform's wrapper. */
function run(tool, parameters, cwd) {
  const manifest = require.resolve(`${tool === 'tsc' ? 'typescript' : tool}/package.json`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  const script = join(dirname(manifest), typeof bin === 'string' ? bin : bin[tool])
  execFileSync(process.execPath, [script, ...parameters], { cwd, stdio: ['ignore', 2, 2] })
}

function builtStamp(name, stamp) {
  const path = join(root, 'packages', name, stamp)
  const isThere = existsSync(path) && existsSync(join(root, 'packages', name, 'dist'))
  return isThere ? readFileSync(path, 'utf8') : undefined
}

function leaveStamp(name, stamp) {
  writeFileSync(join(root, 'packages', name, stamp), stamps.get(name) ?? '')
}

/** The command line is also made of the sources of others, into one file. */
function filesOf(name) {
  if (name !== 'cli') return ownFilesOf(name)
  const scripts = ['compile-run.cjs', 'licences.mjs', 'run-clock.mjs'].map((script) => join(root, 'scripts', script))
  const tools = [BUNDLER, ...scripts, join(root, 'packages/cli/bin/load-run.js')]
  return [...packages.flatMap(ownFilesOf), ...tools]
}

function ownFilesOf(name) {
  const folder = join(root, 'packages', name)
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
  const paths = sources.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return [join(folder, 'package.json'), join(folder, 'tsup.config.ts'), ...paths.sort()]
}

function digest(paths, seed = '') {
  const hash = createHash('sha256').update(seed)
  for (const path of paths) hash.update(path).update(readFileSync(path))
  return hash.digest('hex')
}
