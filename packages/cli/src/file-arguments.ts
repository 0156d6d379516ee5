import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { FileReference } from '@datalab/core'
import { failure, usageError } from './command-error.js'

/**
 * Makes references of paths, and keeps the root folders that they name.
 *
 * A file's root is the folder that holds it, so that the reference depends on the file alone, however it was written and whatever other
 * files there are.
 */
export class FileArguments {
  readonly #roots = new Map<string, string>()

  /** @param cwd the folder that relative paths begin at */
  constructor(readonly cwd: string) {}

  /** The folders so far, by the names that references use. */
  get roots(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#roots)
  }

  /** The reference of a path. One that does not exist gets a reference too: reading it says so, in the words of its input. */
  async reference(path: string): Promise<FileReference> {
    if (path === '') throw usageError('The name of a file is empty. Name a file, or leave it out.')
    const { folder, name } = await placeOf(resolve(this.cwd, path))
    return { source: 'local', root: this.#addFolder(folder), basename: name }
  }

  /** Allows the files below a folder, and returns the name of that root. */
  async addFolder(folder: string): Promise<string> {
    const path = resolve(this.cwd, folder)
    return this.#addFolder((await realPath(path)) ?? path)
  }

  /** Allows the files below a folder by this name. */
  addRoot(name: string, folder: string): void {
    const path = resolve(this.cwd, folder)
    const before = this.#roots.get(name)
    if (before !== undefined && before !== path)
      throw failure(
        `The root '${name}' would be both ${before} and ${path}. Give one of them another name with --root.`,
      )
    this.#roots.set(name, path)
  }

  #addFolder(folder: string): string {
    const name = rootName(folder)
    this.addRoot(name, folder)
    return name
  }
}

/**
 * Allows the files below a folder, as the flag says: `NAME=DIR`.
 *
 * @throws CommandError where it says something else.
 */
export function addRoot(files: FileArguments, text: string): void {
  const [, name, folder] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,127})=(.+)$/s.exec(text) ?? []
  if (name === undefined || folder === undefined)
    throw usageError(`--root is '${text}'. Give a name and a folder: --root night1=/data/night1.`)
  if (!existsSync(resolve(files.cwd, folder))) throw usageError(`--root: there is no folder ${folder}. Check its name.`)
  files.addRoot(name, folder)
}

/** A short name for a folder, given its real path: readable, the same each time, and without the folders above it. */
export function rootName(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8)
  const own = basename(folder)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, 40)
  return `${own || 'folder'}-${hash}`
}

/** A file's name below a folder. */
interface Place {
  readonly folder: string
  readonly name: string
}

/** The folder that holds a file, without links, and its name there. */
async function placeOf(path: string): Promise<Place> {
  const real = await realPath(path)
  return real === undefined ? missingPlace(path) : { folder: dirname(real), name: basename(real) }
}

/** For a path that does not exist: the nearest folder above that does, and the rest of the path. */
async function missingPlace(path: string): Promise<Place> {
  const parent = dirname(path)
  const folder = parent === path ? path : await realPath(parent)
  if (folder !== undefined) return { folder, name: basename(path) }
  const above = await missingPlace(parent)
  return { folder: above.folder, name: `${above.name}/${basename(path)}` }
}

function realPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined)
}
