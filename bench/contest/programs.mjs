import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PYTHONS } from './launcher.mjs'

/** The folder with the programs that run peers. */
const PEERS = fileURLToPath(new URL('../peers/', import.meta.url))

const MODULES = ['numpy', 'astropy', 'pillow', 'bottleneck', 'ccdproc']
const VERSIONS = `
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
`

/** What others there are on this machine. */
export class Programs {
  /** @type {Record<string, string>} their versions by their names */
  versions = {}
  #python
  #decoder

  /** @param {string} folder for what has to be compiled */
  constructor(folder) {
    this.#findPython()
    this.#compileDecoder(join(folder, 'decode'))
    this.#findCommand('gnuastro', 'astarithmetic')
    this.#findCommand('siril', 'siril-cli')
  }

  /**
   * Which of those that are wanted are not there.
   *
   * @param {readonly string[]} names
   */
  missing(names) {
    return names.filter((name) => this.versions[name] === undefined)
  }

  /** The words that begin the command line of a peer's script. */
  python(script) {
    return [this.#python, '-B', '-W', 'ignore', join(PEERS, script)]
  }

  /** The path of cfitsio's decoder. */
  get decoder() {
    return this.#decoder
  }

  #findPython() {
    const found = PYTHONS.map((python) => [python, JSON.parse(output(python, '-c', VERSIONS, ...MODULES) ?? '{}')])
    const [best] = found.sort(([, one], [, other]) => Object.keys(other).length - Object.keys(one).length)
    this.#python = best[0]
    Object.assign(this.versions, best[1])
  }

  #compileDecoder(path) {
    const told = (...words) => output('pkg-config', ...words, 'cfitsio')?.trim()
    const libraries = told('--cflags', '--libs') ?? '-lcfitsio'
    const words = ['-O2', '-o', path, join(PEERS, 'decode.c'), ...libraries.split(/\s+/)]
    if (output('cc', ...words) === undefined) return
    this.#decoder = path
    this.versions.cfitsio = told('--modversion') ?? 'of unknown version'
  }

  #findCommand(name, command) {
    const version = /\d+\.\d+(\.\d+)*/.exec(output(command, '--version') ?? '')
    if (version !== null) this.versions[name] = version[0]
  }
}

/** What a program writes to its standard output; undefined where it is not there, or fails. */
function output(program, ...words) {
  const { status, stdout } = spawnSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout : undefined
}
