import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileFunction } from 'node:vm'
import type Libsql from 'libsql'

/** What a module of Node's first kind is called with. */
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname']

/**
 * The class of libsql's databases.
 *
 * By itself libsql asks which C library the system has, of a report of the whole process: that takes longer than all else it loads. The program
 * of this process names it, too.
 *
 * @param path of libsql's own file
 */
export function loadLibsql(path: string): typeof Libsql {
  const require = createRequire(path)
  const target = ownTarget()
  const native = target && placeIn(require, `@libsql/${target}`)
  if (native === undefined) return require(path)
  const given = new Map<string, unknown>([
    ['@neon-rs/load', { currentTarget: () => target }],
    ['detect-libc', { familySync: () => null, GLIBC: 'glibc', MUSL: 'musl' }],
    [`@libsql/${target}`, require(native)],
  ])
  const module = { exports: {} }
  const run = compileFunction(readFileSync(path, 'utf8'), PARAMETERS, { filename: path })
  run(module.exports, (name: string) => given.get(name) ?? require(name), module, path, dirname(path))
  return module.exports as typeof Libsql
}

/**
 * Where libsql's own file is. Its folder is looked for here, since for a package that says which of its files others may have, Node loads all
 * that it knows of modules first.
 *
 * @param from a file of the package that needs it
 */
export function libsqlFrom(from: string | URL): string {
  const require = createRequire(from)
  return placeIn(require, 'libsql') ?? require.resolve('libsql')
}

/** Which native part is meant; undefined where libsql is to find that out. */
function ownTarget(): string | undefined {
  const { arch, env, platform } = process
  if (platform !== 'linux' || !['arm64', 'x64'].includes(arch) || env.LIBSQL_JS_DEV !== undefined) return undefined
  const library = /\/ld-(musl|linux)-/.exec(headOf(process.execPath))?.[1]
  return library && `linux-${arch}-${library === 'musl' ? 'musl' : 'gnu'}`
}

/** The main file of a package, by the folders that it may be in. */
function placeIn(require: NodeJS.Require, name: string): string | undefined {
  const folder = require.resolve
    .paths(name)
    ?.map((above) => join(above, name))
    .find(existsSync)
  return folder && require.resolve(folder)
}

/** The beginning of a program, which names what loads it. */
function headOf(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(4096)
      return head.toString('latin1', 0, readSync(file, head))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}
