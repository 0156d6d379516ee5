import { lstat, mkdir, open, realpath, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { ignoring, keyConflict, linkForbidden, notAFolder } from './file-storage-error.js'
import { makeFolder } from './make-folder.js'

/** The folder of a storage: whatever is done below it follows no link. */
export class StorageFolder {
  readonly #given: string
  #real: string | undefined

  constructor(folder: string) {
    this.#given = resolve(folder)
  }

  /** Where the object of a key lies, or would, as far as names tell. */
  pathOf(key: string): string {
    return join(this.#real ?? this.#given, ...key.split('/'))
  }

  /** A folder below this one, or itself for ''; undefined where it is not, or only by way of a link. */
  async find(key: string): Promise<string | undefined> {
    const root = await this.#root()
    if (root === undefined) return undefined
    const folder = join(root, ...key.split('/'))
    const real = await realpath(folder).catch(ignoring('ENOENT', 'ENOTDIR', 'ELOOP'))
    return real === folder ? folder : undefined
  }

  /** The path of a key's object; undefined where its folder is not, or only by way of a link. */
  async findObject(key: string): Promise<string | undefined> {
    const slash = key.lastIndexOf('/')
    const folder = await this.find(key.slice(0, Math.max(slash, 0)))
    return folder && join(folder, key.slice(slash + 1))
  }

  /**
   * Makes a folder below this one, and those above it.
   *
   * @returns the folders whose entries changed, innermost first
   * @throws STORAGE_KEY_CONFLICT, STORAGE_FORBIDDEN where something else is in its place; ENOENT where one is removed meanwhile.
   */
  async make(path: string, key: string): Promise<string[]> {
    const root = await this.makeRoot()
    const changed: string[] = []
    let folder = root
    for (const name of path.slice(root.length + 1).split(sep)) {
      if (name === '') break
      const above = folder
      folder = join(folder, name)
      const isMade = await mkdir(folder).then(() => true, ignoring('EEXIST'))
      if (isMade) changed.unshift(above)
      else await assertFolder(folder, key)
    }
    // Where a file system takes 'A' for 'a', what is there has another key.
    if ((await realpath(folder)) !== folder) throw keyConflict(key)
    return changed
  }

  /** The folder itself, made where it is missing. */
  async makeRoot(): Promise<string> {
    await makeFolder(this.#real ?? this.#given).catch((error) => {
      throw isInTheWay(error) ? notAFolder(this.#given) : error
    })
    const root = await this.#root()
    if (root === undefined) throw notAFolder(this.#given)
    return root
  }

  /** Removes a folder, and those above it, that have become empty. */
  async removeEmpty(folder: string): Promise<void> {
    const root = await this.#root()
    let empty = folder
    while (root !== undefined && empty.startsWith(root + sep)) {
      const isRemoved = await rmdir(empty).then(
        () => true,
        () => false,
      )
      if (!isRemoved) return
      empty = dirname(empty)
    }
  }

  /** The real folder, which stays the same from then on; undefined until it is made. */
  async #root(): Promise<string | undefined> {
    if (this.#real !== undefined) return this.#real
    const stats = await stat(this.#given).catch((error) => {
      if (isInTheWay(error)) throw notAFolder(this.#given)
      return ignoring('ENOENT')(error)
    })
    if (stats === undefined) return undefined
    if (!stats.isDirectory()) throw notAFolder(this.#given)
    const real = await realpath(this.#given)
    this.#real = real
    return real
  }
}

/** Puts a folder's entries on disk, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** Whether a file is where a folder should be. */
function isInTheWay({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EEXIST' || code === 'ENOTDIR'
}

async function assertFolder(path: string, key: string): Promise<void> {
  const stats = await lstat(path)
  if (stats.isSymbolicLink()) throw linkForbidden(key)
  if (!stats.isDirectory()) throw keyConflict(key)
}
