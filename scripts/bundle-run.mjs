// Makes `dist/run.cjs` of the command line: `datalab run` in one file, with all that it takes of the other packages, made of their sources. Beside
// it lie what it seldom takes, and long texts, each in a file of its own, the licences of others' code in them, and `run.cjs.compiled`: what V8
// made of it, for Node 20, which keeps nothing of it.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { licencesOf } from './licences.mjs'

const cli = fileURLToPath(new URL('../packages/cli', import.meta.url))
const OPTIONS = {
  outdir: join(cli, 'dist'),
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@datalab/source'],
  // To a script that is compiled ahead, Node gives only `require`.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
  metafile: true,
}
/** What stands in a bundle for the place of a package: where its dependencies are looked for. By the folders: see `libsqlFrom`. */
const PLACE_OF = `const placeOf = (name) => {
  const file = name + '/package.json';
  const known = require.resolve.paths(name).map((folder) => folder + '/' + file).find(require('node:fs').existsSync);
  return require.resolve(known ?? file);
};`
/** Where a module asks for its own place, and does not only speak of it. */
const OWN_PLACE = /(?<=\(|, )import\.meta\.url(?=\))/g
/** What is loaded by itself, when it is needed. */
const SELDOM = /^(ajv|@opentelemetry\/api|\.\/mathjs-parser\.js)$/
/** What of Node most runs do without. */
const LATE = /^node:(child_process|stream|worker_threads|zlib)$/
/** What is a text each, long enough to be felt where it is not used: modules of WebAssembly, and the programs of threads. */
const TEXTS = /\/(kernels|median-[a-z0-9]+|pool-worker|sqlite-thread)\.gen\.js$/
/** What is another package's at run time, too: native code, and what only a fleet or a bucket takes. */
const OTHERS = /^(libsql|@datalab\/(executor-bullmq|storage-s3))$/

async function bundleRun() {
  const seldom = new Map()
  const entryPoints = { run: join(cli, 'src/run-here.ts') }
  const run = await build({
    ...OPTIONS,
    banner: { js: PLACE_OF },
    entryPoints,
    inject: [fileURLToPath(new URL('run-clock.mjs', import.meta.url))],
    plugins: [texts(), places(), late(), others(), apart(seldom)],
  })
  const seldomEntries = Object.fromEntries(seldom)
  const rest = await build({ ...OPTIONS, entryPoints: seldomEntries, minify: true, plugins: [others()] })
  const inputs = [run, rest].flatMap(({ metafile }) => Object.keys(metafile.inputs))
  writeFileSync(join(OPTIONS.outdir, 'run.LICENSES.txt'), licencesOf(inputs))
  const compiler = fileURLToPath(new URL('compile-run.cjs', import.meta.url))
  // What it says of its runs is told where it fails.
  execFileSync(process.execPath, [compiler], { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Has a package know its own place, from which it finds what only it depends on. */
function places() {
  const setup = ({ onLoad }) =>
    onLoad({ filter: /packages\/[a-z-]+\/src\/.*\.ts$/ }, ({ path }) => {
      const [, name] = /packages\/([a-z-]+)\/src/.exec(path)
      const source = readFileSync(path, 'utf8')
      return { contents: source.replaceAll(OWN_PLACE, `placeOf('@datalab/${name}')`), loader: 'ts' }
    })
  return { name: 'places', setup }
}

/** Has texts lie beside, each in a file that is read when it is used: most runs use one or two of them. */
function texts() {
  const setup = ({ onLoad, onResolve }) => {
    onResolve({ filter: TEXTS }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), namespace: 'texts' }))
    onLoad({ filter: /./, namespace: 'texts' }, async ({ path }) => {
      const { name, text } = await textOf(path.replace(/js$/, 'ts'))
      const file = basename(path).replace(/gen\.js$/, 'txt')
      writeFileSync(join(OPTIONS.outdir, file), text)
      const read = `require('node:fs').readFileSync(require('node:path').join(__dirname, '${file}'), 'latin1')`
      return { contents: `module.exports = { get ${name}() { return ${read} } }` }
    })
  }
  return { name: 'texts', setup }
}

/** The one text that a module exports, which is ASCII throughout. */
async function textOf(path) {
  const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'ts' })
  const [[name, text]] = Object.entries(await import(`data:text/javascript,${encodeURIComponent(code)}`))
  return { name, text }
}

function others() {
  return {
    name: 'others',
    setup: ({ onResolve }) => onResolve({ filter: OTHERS }, ({ path }) => ({ path, external: true })),
  }
}

/** Has what is imported where it is needed lie in a file of its own. */
function apart(seldom) {
  const setup = (builder) =>
    builder.onResolve({ filter: SELDOM }, async ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const name = path.replace(/^(@|\.\/)|\.js$/g, '').replace('/', '-')
      const found = await builder.resolve(path, { kind: 'import-statement', resolveDir })
      seldom.set(name, found.path)
      return { path: `./${name}.cjs`, external: true }
    })
  return { name: 'apart', setup }
}

/** Has modules of Node that most runs do without loaded when something of them is used. */
function late() {
  const require = createRequire(import.meta.url)
  const setup = ({ onLoad, onResolve }) => {
    onResolve({ filter: LATE }, ({ path, namespace }) =>
      namespace === 'late' ? { path, external: true } : { path, namespace: 'late' },
    )
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      const members = Object.keys(require(path)).map((name) => `get ${name}() { return require('${path}').${name} }`)
      return { contents: `module.exports = { ${members.join(', ')} }` }
    })
  }
  return { name: 'late', setup }
}

await bundleRun()
