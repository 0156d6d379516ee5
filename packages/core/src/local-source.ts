import type { BigIntStats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import type { ByteSource } from './byte-source.js'
import { fileIdentity, fileSource } from './bytes.js'
import { DataLabError } from './errors.js'
import type { FileReference, FileSource } from './file-source.js'
import { isRelativeName } from './relative-name.js'

/** Settings of a {@link LocalSource}. */
export interface LocalSourceOptions {
  /** The folders whose files may be read, by the name that references use. Nothing outside them can be reached. */
  readonly roots: Readonly<Record<string, string>>
}

/** Files below folders of this machine that the host allows: the source `local`. */
export class LocalSource implements FileSource {
  readonly name = 'local'
  readonly reach = 'machine'
  readonly #roots: ReadonlyMap<string, string>

  constructor(options: LocalSourceOptions) {
    // Where they are now: an operation in the same process may go to another folder.
    this.#roots = new Map(Object.entries(options.roots).map(([root, folder]) => [root, resolve(folder)]))
  }

  /**
   * The reference to a file at this path: by the root it lies in, the innermost where there are several.
   *
   * @throws SOURCE_FORBIDDEN when it lies in none.
   */
  async reference(path: string): Promise<Required<FileReference>> {
    const real = await realpath(path).catch((cause) => {
      throw unreadable({ source: this.name, basename: basename(path) }, cause)
    })
    const found: Required<FileReference>[] = []
    for (const [root, folder] of this.#roots) {
      const name = relative(await realpath(folder).catch(() => folder), real).replaceAll(sep, '/')
      if (isRelativeName(name)) found.push({ source: this.name, root, basename: name })
    }
    const [innermost] = found.sort((a, b) => a.basename.length - b.basename.length)
    if (innermost === undefined) throw outside({ source: this.name, basename: basename(path) })
    return innermost
  }

  /** With the name of its root, where there is only one. */
  canonical(reference: FileReference): FileReference {
    const [root, ...others] = this.#roots.keys()
    return reference.root !== undefined || root === undefined || others.length > 0 ? reference : { ...reference, root }
  }

  async identify(reference: FileReference): Promise<string> {
    return fileIdentity(await this.#stat(reference))
  }

  async size(reference: FileReference): Promise<number> {
    return Number((await this.#stat(reference)).size)
  }

  async open(reference: FileReference): Promise<ByteSource> {
    const path = await this.#resolve(reference)
    try {
      return await fileSource(path)
    } catch (cause) {
      throw unreadable(reference, cause)
    }
  }

  async #stat(reference: FileReference): Promise<BigIntStats> {
    const path = await this.#resolve(reference)
    const stats = await stat(path, { bigint: true }).catch((cause) => {
      throw unreadable(reference, cause)
    })
    if (stats.isFile()) return stats
    throw notAFile(reference, stats.isDirectory() ? 'a folder' : 'no regular file')
  }

  /** The real path of a file, which lies below its root whatever links there are on the way. */
  async #resolve(reference: FileReference): Promise<string> {
    const folder = this.#rootOf(reference)
    if (!isRelativeName(reference.basename)) throw outside(reference)
    const finding = realpath(join(folder, reference.basename))
    // Why its root is not there says more.
    finding.catch(() => {})
    const root = await realpath(folder).catch((cause) => {
      throw rootless(reference, cause)
    })
    const path = await finding.catch((cause) => {
      throw unreadable(reference, cause)
    })
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw outside(reference)
    return path
  }

  #rootOf(reference: FileReference): string {
    const names = [...this.#roots.keys()]
    const { root: name } = this.canonical(reference)
    const root = name === undefined ? undefined : this.#roots.get(name)
    if (root !== undefined) return root
    const known = names.length === 0 ? 'there are none here' : `there is ${names.map((one) => `'${one}'`).join(', ')}`
    const which =
      reference.root === undefined ? 'it names no root folder' : `there is no root folder '${reference.root}'`
    throw new DataLabError('SOURCE_NOT_FOUND', `${reference.basename}: ${which}; ${known}.`, { audience: 'user' })
  }
}

function rootless(reference: FileReference, cause: unknown): DataLabError {
  return new DataLabError(
    'SOURCE_UNAVAILABLE',
    `${reference.basename} cannot be read now: its root folder is not there. Try again, or ask who runs this host.`,
    { audience: 'user', retryable: true, cause, details: { errno: (cause as NodeJS.ErrnoException).code } },
  )
}

function outside(reference: FileReference): DataLabError {
  return new DataLabError(
    'SOURCE_FORBIDDEN',
    `${reference.basename} lies outside its root folder. Give a file below it; links that lead out are not followed.`,
    { audience: 'user' },
  )
}

function notAFile(reference: FileReference, what: string): DataLabError {
  return new DataLabError('SOURCE_NOT_FOUND', `${reference.basename} is ${what}. Give a file.`, { audience: 'user' })
}

function unreadable(reference: FileReference, cause: unknown): DataLabError {
  const { code } = cause as NodeJS.ErrnoException
  const options = { audience: 'user', cause, details: { errno: code } } as const
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP')
    return new DataLabError('SOURCE_NOT_FOUND', `${reference.basename} does not exist. Check its name.`, options)
  if (code === 'EISDIR') return notAFile(reference, 'a folder')
  if (code === 'EFTYPE' || code === 'ENXIO') return notAFile(reference, 'no regular file')
  if (code === 'EACCES' || code === 'EPERM')
    return new DataLabError(
      'SOURCE_FORBIDDEN',
      `${reference.basename} may not be read. Change its permissions, or choose another file.`,
      options,
    )
  return new DataLabError('SOURCE_UNAVAILABLE', `${reference.basename} cannot be read now (${code}). Try again.`, {
    ...options,
    retryable: true,
  })
}
