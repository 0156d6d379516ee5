import { closeSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Libsql from 'libsql'

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
  const target = ownTarget(require)
  if (target === undefined) return require(path)
  const answers = [
    answer(require, '@neon-rs/load', { currentTarget: () => target }),
    answer(require, 'detect-libc', { familySync: () => null, GLIBC: 'glibc', MUSL: 'musl' }),
  ]
  try {
    return require(path)
  } finally {
    for (const withdraw of answers) withdraw()
  }
}

/** Which native part is meant; undefined where libsql is to find that out. */
function ownTarget(require: NodeJS.Require): string | undefined {
  const { arch, env, platform } = process
  if (platform !== 'linux' || !['arm64', 'x64'].includes(arch) || env.LIBSQL_JS_DEV !== undefined) return undefined
  const library = /\/ld-(musl|linux)-/.exec(headOf(process.execPath))?.[1]
  const target = `linux-${arch}-${library === 'musl' ? 'musl' : 'gnu'}`
  return library !== undefined && placeOf(require, `@libsql/${target}`) !== undefined ? target : undefined
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

/** Has a module be what is given, where it was not loaded; until it is withdrawn. */
function answer(require: NodeJS.Require, name: string, exports: unknown): () => void {
  const path = placeOf(require, name)
  if (path === undefined || require.cache[path] !== undefined) return () => {}
  require.cache[path] = { id: path, filename: path, loaded: true, exports } as NodeJS.Module
  return () => {
    delete require.cache[path]
  }
}

function placeOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}
