// Packs every package and looks at what its users would get: the manifest (publint), its types (attw), and whether an ESM and a CommonJS
// host can import it. Everything happens in a temporary folder.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = join(root, 'packages')
const temporary = mkdtempSync(join(tmpdir(), 'datalab-packed-'))

try {
  const names = readdirSync(packages)
  const tarballs = names.map((name) => pack(name))
  for (const tarball of tarballs) judge(tarball)
  const host = installed(names, tarballs)
  for (const file of hostFiles(host, names)) run(process.execPath, [file], host)
  console.log(`packed, judged and imported ${names.length} packages`)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

function pack(name) {
  const output = run('pnpm', ['pack', '--json', '--pack-destination', temporary], join(packages, name))
  return JSON.parse(output.slice(output.indexOf('{'))).filename
}

function judge(tarball) {
  run('pnpm', ['exec', 'publint', '--strict', tarball], root)
  run('pnpm', ['exec', 'attw', '--profile', 'esm-only', tarball], root)
}

/** A folder in which the tarballs are unpacked as `npm install` would, third-party packages linked from the checkout. */
function installed(names, tarballs) {
  const host = join(temporary, 'host')
  for (const [index, name] of names.entries()) {
    const folder = join(host, 'node_modules', '@datalab', name)
    mkdirSync(folder, { recursive: true })
    run('tar', ['-xzf', tarballs[index], '--strip-components=1', '-C', folder], host)
    checkManifest(folder)
    linkDependencies(name, host)
  }
  return host
}

function checkManifest(folder) {
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const stray = ['workspace:', 'catalog:', '"@datalab/source"'].filter((word) => text.includes(word))
  if (stray.length > 0) throw new Error(`${folder}/package.json still says ${stray.join(', ')}`)
}

function linkDependencies(name, host) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies).filter((one) => !one.startsWith('@datalab/'))) {
    const link = join(host, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    rmSync(link, { force: true })
    symlinkSync(join(packages, name, 'node_modules', dependency), link)
  }
}

function hostFiles(host, names) {
  const entries = names.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(host, 'node_modules/@datalab', name, 'package.json'), 'utf8'))
    return (
      Object.keys(exports)
        // A child's entry is run by its parent, not imported.
        .filter((path) => path !== './package.json' && !path.endsWith('-child'))
        .map((path) => `@datalab/${name}${path.slice(1)}`)
    )
  })
  const check = (load) =>
    `for (const entry of ${JSON.stringify(entries)}) if (typeof (${load}) !== 'object') throw new Error(entry)`
  const files = { 'host.mjs': check('await import(entry)'), 'host.cjs': check('require(entry)') }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(host, name), text)
  return Object.keys(files).map((name) => join(host, name))
}

function run(command, parameters, cwd) {
  try {
    return execFileSync(command, parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    console.error(`${command} ${parameters.join(' ')}\n${error.stdout}${error.stderr}`)
    process.exitCode = 1
    throw error
  }
}
