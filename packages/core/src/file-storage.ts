import { type FileHandle, link, mkdir, open, readdir, realpath, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ByteSource } from './byte-source.js'
import { fileIdentity, fileSource } from './bytes.js'
import { DataLabError, throwIfAborted } from './errors.js'
import { listObjectFiles } from './file-storage-list.js'
import { currentVersion, newestOf, type Version, versionName } from './file-storage-version.js'
import { checkedObjectKey } from './object-key.js'
import {
  contentTypeOf,
  type ListOptions,
  type ObjectBody,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStorage,
  type PutOptions,
  pageOf,
  preconditionFailed,
} from './object-storage.js'
import { isProcessAlive, processIdentity } from './process-identity.js'

/** Settings of a {@link FileStorage}. */
export interface FileStorageOptions {
  /** Where a web server offers the folder, ending in `/`; `file:` URLs where absent. */
  baseUrl?: string
}

const TEMPORARY = '.tmp'
let count = 0

/**
 * Objects as files below a folder: the object `a/b.fits` is the file `a/b.fits`.
 *
 * A put writes a temporary file and gives it its name by a hard link, which fails where the name is taken. A replacement gets the next
 * version's name, `a/b.fits~2`, in the same way, and then the older one goes; the highest version is the object. So of two writers that saw
 * the same version one wins, without locks that a killed process could leave behind: a writer that was stopped, and goes on when others have
 * replaced the object several times, finds a higher version beside its own and takes its own back. Its version may be the object only where
 * all versions were deleted in the meantime.
 */
export class FileStorage implements ObjectStorage {
  readonly reach = 'machine'
  readonly #folder: string
  readonly #baseUrl: string | undefined
  #swept: Promise<void> | undefined

  /** @param folder made on the first put */
  constructor(folder: string, options: FileStorageOptions = {}) {
    this.#folder = resolve(folder)
    this.#baseUrl = options.baseUrl
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<ObjectInfo> {
    const path = this.#path(key)
    return this.#guard(key, async () => {
      await this.#checkCondition(path, key, options)
      const temporary = await this.#write(body, options.signal)
      try {
        return this.#info(key, await this.#publish(temporary, path, key, options))
      } finally {
        await rm(temporary, { force: true })
      }
    })
  }

  async open(key: string): Promise<ByteSource | undefined> {
    const path = this.#path(key)
    return this.#guard(key, async () => {
      const version = await this.#current(path)
      return version && absentAsUndefined(fileSource(version.path))
    })
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const path = this.#path(key)
    return this.#guard(key, async () => {
      const version = await this.#current(path)
      return version && this.#info(key, version)
    })
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    for (const key of [keys].flat()) await this.#guard(key, () => this.#delete(this.#path(key)))
  }

  async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    const { cursor, limit } = pageOf(options)
    return this.#guard(prefix, async () => {
      const objects: ObjectInfo[] = []
      for await (const key of listObjectFiles(this.#folder, prefix, cursor)) {
        const info = await this.head(key)
        if (info === undefined) continue
        const last = objects.at(-1)
        if (objects.length === limit && last !== undefined) return { objects, cursor: last.key }
        objects.push(info)
      }
      return { objects }
    })
  }

  async url(key: string): Promise<string> {
    checkedObjectKey(key)
    if (this.#baseUrl !== undefined) return new URL(key, this.#baseUrl).href
    const version = await this.#guard(key, () => this.#current(this.#path(key)))
    return pathToFileURL(version?.path ?? this.#path(key)).href
  }

  #path(key: string): string {
    return join(this.#folder, ...checkedObjectKey(key).split('/'))
  }

  #info(key: string, version: Version): ObjectInfo {
    const { stats } = version
    const modified = new Date(Number(stats.mtimeMs))
    return { key, size: Number(stats.size), etag: fileIdentity(stats), contentType: contentTypeOf(key), modified }
  }

  /** The current version of an object, unless a link on the way leads out of the folder. */
  async #current(path: string): Promise<Version | undefined> {
    const version = await currentVersion(path)
    if (version === undefined) return undefined
    const [real, root] = await Promise.all([realpath(version.path), realpath(this.#folder)])
    return real === join(root, version.path.slice(this.#folder.length)) ? version : undefined
  }

  async #checkCondition(path: string, key: string, options: PutOptions): Promise<Version | undefined> {
    const version = await this.#current(path)
    const etag = version && fileIdentity(version.stats)
    if (options.ifNoneMatch === '*' && etag !== undefined) throw preconditionFailed(key, options)
    if (options.ifMatch !== undefined && options.ifMatch !== etag) throw preconditionFailed(key, options)
    return version
  }

  /** Writes the body to a temporary file, safely on disk. */
  async #write(body: ObjectBody, signal: AbortSignal | undefined): Promise<string> {
    const folder = join(this.#folder, TEMPORARY)
    await mkdir(folder, { recursive: true })
    this.#swept ??= sweep(folder)
    await this.#swept
    const path = join(folder, `${processIdentity()}.${count++}`)
    const file = await open(path, 'wx')
    try {
      for await (const piece of body instanceof Uint8Array ? [body] : body) {
        if (signal !== undefined) throwIfAborted(signal)
        await writeAll(file, piece)
      }
      if (signal !== undefined) throwIfAborted(signal)
      await file.sync()
      await file.close()
      return path
    } catch (error) {
      await file.close().catch(() => {})
      await rm(path, { force: true })
      throw error
    }
  }

  async #publish(temporary: string, path: string, key: string, options: PutOptions): Promise<Version> {
    const isConditional = options.ifNoneMatch !== undefined || options.ifMatch !== undefined
    for (;;) {
      const before = await this.#checkCondition(path, key, options)
      const number = before === undefined ? 1 : before.number + 1
      const target = join(dirname(path), versionName(basename(path), number))
      const isLinked = await this.#link(temporary, target)
      if (isLinked && (await newestOf(path)) === number) {
        await syncFolder(dirname(path))
        await removeOlder(path, number)
        return { number, path: target, stats: await stat(target, { bigint: true }) }
      }
      // Another writer came first: a version as high as this one, or higher, is there.
      if (isLinked) await rm(target, { force: true })
      if (isConditional) throw preconditionFailed(key, options)
    }
  }

  /** Gives the temporary file a name; false where the name is taken. */
  async #link(temporary: string, target: string): Promise<boolean> {
    for (;;) {
      await mkdir(dirname(target), { recursive: true })
      try {
        await link(temporary, target)
        return true
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EEXIST') return false
        // A delete removed the folder, which had become empty, after it was made sure of.
        if (code !== 'ENOENT') throw error
        await stat(temporary)
      }
    }
  }

  async #delete(path: string): Promise<void> {
    const names = await readdir(dirname(path)).catch(ignoring('ENOENT', 'ENOTDIR'))
    const own = basename(path)
    // From the lowest version on, so that what a reader finds in between is never an older one.
    const versions = (names ?? []).filter((name) => name === own || name.startsWith(`${own}~`)).sort(byLength)
    for (const name of versions) await unlink(join(dirname(path), name)).catch(ignoring('ENOENT'))
    await this.#removeEmpty(dirname(path))
  }

  async #removeEmpty(folder: string): Promise<void> {
    if (!folder.startsWith(this.#folder) || folder === this.#folder) return
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (removed) await this.#removeEmpty(dirname(folder))
  }

  async #guard<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw storageError(key, error)
    }
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  let written = 0
  while (written < piece.length) written += (await file.write(piece, written)).bytesWritten
}

async function removeOlder(path: string, number: number): Promise<void> {
  for (let older = number - 1; older >= 1; older--) {
    const isRemoved = await unlink(join(dirname(path), versionName(basename(path), older))).then(
      () => true,
      () => false,
    )
    if (!isRemoved) return
  }
}

/** Puts a folder's entries on disk, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** Removes what dead processes were writing. */
async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder)
  const dead = names.filter((name) => !isProcessAlive(name.slice(0, name.indexOf('.'))))
  await Promise.all(dead.map((name) => rm(join(folder, name), { force: true })))
}

function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}

function ignoring(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
    return undefined
  }
}

function absentAsUndefined<Result>(promise: Promise<Result>): Promise<Result | undefined> {
  return promise.catch(ignoring('ENOENT', 'ENOTDIR', 'EISDIR'))
}

/** A system's error as one of the storage's. */
function storageError(key: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined || code === undefined) return error
  const options = { cause: error, details: { key, errno: code } }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new DataLabError(
      'STORAGE_FORBIDDEN',
      `The storage may not touch ${key} (${code}): check the permissions of its folder.`,
      options,
    )
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new DataLabError('STORAGE_FULL', `There is no room left for ${key} (${code}): free some space.`, {
      ...options,
      audience: 'user',
      retryable: true,
    })
  return new DataLabError('STORAGE_UNAVAILABLE', `The storage could not handle ${key} (${code}). Try again.`, {
    ...options,
    retryable: true,
  })
}
