import type { BigIntStats } from 'node:fs'
import { type FileHandle, lstat, open, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ByteSource } from './byte-source.js'
import { openStats } from './bytes.js'
import { EarlySync } from './early-sync.js'
import { throwIfAborted } from './errors.js'
import { ignoring, keyConflict, linkForbidden, storageError } from './file-storage-error.js'
import { StorageFolder } from './file-storage-folder.js'
import { listObjectFiles } from './file-storage-list.js'
import {
  deleteVersions,
  etagOf,
  isSuccessor,
  linkFirst,
  linkLater,
  openVersion,
  retireOlder,
  unlinkLater,
  type Version,
  type Versions,
  versionsAt,
  versionsFolder,
} from './file-storage-version.js'
import { FolderSync } from './folder-sync.js'
import { ownedName, removeLeftBehind } from './left-behind.js'
import { BodyFailure, bodyPieces } from './object-body.js'
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

/** Settings of a {@link FileStorage}. */
export interface FileStorageOptions {
  /** Where a web server offers the folder; `file:` URLs where absent. */
  baseUrl?: string
}

interface WrittenFile {
  readonly path: string
  readonly stats: BigIntStats
}

const TEMPORARY = '.tmp'

/**
 * Objects as files below a folder: the object `a/b.fits` is the file `a/b.fits`.
 *
 * A put writes a temporary file and gives it its name by a hard link, which fails where the name is taken. A replacement goes into a folder
 * beside it, as `a/b.fits~/2/...`, in the same way: the highest number is the object, and numbers stay taken until the object is deleted. So
 * of two writers that saw the same version one wins, without locks that a killed process could leave behind, and one that was stopped for
 * ever so long finds its number taken. The file `a/b.fits` itself follows, for whoever looks at the folder without this library.
 *
 * Objects that are replaced thousands of times are not what it is made for: each time leaves an empty folder, until the object is deleted.
 * The file system must have hard links; one that takes `A` for `a` takes keys that differ in this alone for one. Content types go by the
 * keys' extensions, links below the folder are not followed, and files whose names are no keys are not seen.
 */
export class FileStorage implements ObjectStorage {
  readonly reach = 'machine'
  readonly #folder: StorageFolder
  readonly #baseUrl: string | undefined
  readonly #disk = new FolderSync()
  #isSwept = false

  /** @param folder made on the first put */
  constructor(folder: string, options: FileStorageOptions = {}) {
    this.#folder = new StorageFolder(folder)
    this.#baseUrl = options.baseUrl?.replace(/\/*$/, '/')
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<ObjectInfo> {
    checkedObjectKey(key)
    return this.#guard(key, async () => {
      if (isConditional(options)) checkCondition(key, options, (await this.#look(key)).current)
      const written = await this.#write(body, options.signal)
      try {
        return infoOf(key, await this.#publish(written, key, options), written.stats)
      } finally {
        await removed(written.path)
      }
    })
  }

  async open(key: string): Promise<ByteSource | undefined> {
    checkedObjectKey(key)
    return this.#guard(key, async () => {
      const path = await this.#folder.findObject(key)
      const opened = path && (await openVersion(path))
      if (!opened) return undefined
      // Without its path: what lies there is not for ever this version.
      const { path: _, ...source } = opened.source
      return { ...source, identity: etagOf(opened.version.number, opened.version.stats) }
    })
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    checkedObjectKey(key)
    return this.#guard(key, async () => {
      const { current } = await this.#look(key)
      return current && infoOf(key, current.number, current.stats)
    })
  }

  async delete(keys: string | readonly string[]): Promise<void> {
    for (const key of [keys].flat().map(checkedObjectKey)) await this.#guard(key, () => this.#delete(key))
  }

  async list(prefix: string, options?: ListOptions): Promise<ObjectPage> {
    const { cursor, limit } = pageOf(options)
    return this.#guard(prefix, async () => {
      const objects: ObjectInfo[] = []
      for await (const { key, path } of listObjectFiles(this.#folder, prefix, cursor)) {
        const { current } = await versionsAt(path)
        if (current === undefined) continue
        const last = objects.at(-1)
        if (objects.length === limit && last !== undefined) return { objects, cursor: last.key }
        objects.push(infoOf(key, current.number, current.stats))
      }
      return { objects }
    })
  }

  /** The URL of the version that is there now, or of the first where there is none. */
  async url(key: string): Promise<string> {
    checkedObjectKey(key)
    return this.#guard(key, async () => {
      const { current } = await this.#look(key)
      const path = current?.path ?? this.#folder.pathOf(key)
      if (this.#baseUrl === undefined) return pathToFileURL(path).href
      return this.#baseUrl + relative(this.#folder.pathOf(''), path).split(sep).join('/')
    })
  }

  async #look(key: string): Promise<Versions> {
    return versionsAtPath(await this.#folder.findObject(key))
  }

  /** Writes the body to a temporary file, safely on disk. */
  async #write(body: ObjectBody, signal: AbortSignal | undefined): Promise<WrittenFile> {
    const path = join(await this.#temporaryFolder(), ownedName())
    const file = await open(path, 'wx')
    try {
      const disk = new EarlySync(file)
      for await (const piece of bodyPieces(body, signal)) {
        await writeAll(file, piece)
        disk.wrote(piece.length)
      }
      await disk.end()
      const stats = openStats(file)
      await file.close()
      if (signal !== undefined) throwIfAborted(signal)
      return { path, stats }
    } catch (error) {
      await file.close().catch(() => {})
      await removed(path)
      throw error
    }
  }

  async #temporaryFolder(): Promise<string> {
    const there = await this.#folder.find(TEMPORARY)
    if (there !== undefined && this.#isSwept) return there
    const folder = join(await this.#folder.makeRoot(), TEMPORARY)
    await this.#folder.make(folder, TEMPORARY)
    if (!this.#isSwept) {
      this.#isSwept = true
      await removeLeftBehind(folder)
    }
    return folder
  }

  /** Makes a file the object's newest version, and tells its number. */
  async #publish(written: WrittenFile, key: string, options: PutOptions): Promise<number> {
    const path = this.#folder.pathOf(key)
    for (;;) {
      const there = await this.#folder.findObject(key)
      const { taken, current } = await versionsAtPath(there)
      checkCondition(key, options, current)
      const number = taken + 1
      const isMade = number === 1 && there !== undefined
      const name = ownedName()
      const changed = await this.#name(written.path, { key, path, number, name, isMade })
      if (changed === undefined) continue
      if (current !== undefined && options.ifMatch !== undefined && !(await isSuccessor(path, current, number))) {
        await unlinkLater(path, number, name)
        throw preconditionFailed(key, options)
      }
      await Promise.all(changed.map((folder) => this.#disk.sync(folder)))
      // It is the object by now, whatever becomes of the versions before.
      if (number > 1) await retireOlder(path, number, written.path).catch(() => {})
      return number
    }
  }

  /** Gives a file the name of a version, and tells which folders' entries changed; undefined where the name is taken. */
  async #name(
    temporary: string,
    to: { key: string; path: string; number: number; name: string; isMade: boolean },
  ): Promise<string[] | undefined> {
    const { key, path, number, name, isMade } = to
    const folder = number === 1 ? dirname(path) : versionsFolder(path)
    try {
      const changed = isMade ? [] : await this.#folder.make(folder, key)
      const isNamed =
        number === 1
          ? await linkFirst(temporary, path)
          : await linkLater(temporary, path, number, join(dirname(temporary), name))
      if (isNamed) return [folder, ...changed]
      if (number === 1) await assertFile(path, key)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // What is there is no folder, which it says better.
      if (code === 'ENOTDIR' && isMade) await this.#folder.make(folder, key)
      // A delete removed the folder, which had become empty, after it was made sure of.
      if (code !== 'ENOENT') throw error
      await lstat(temporary)
    }
    return undefined
  }

  async #delete(key: string): Promise<void> {
    const path = await this.#folder.findObject(key)
    if (path === undefined) return
    await deleteVersions(path, join(this.#folder.pathOf(''), TEMPORARY, ownedName()))
    await this.#folder.removeEmpty(dirname(path))
  }

  async #guard<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw error instanceof BodyFailure ? error.error : storageError(key, error)
    }
  }
}

async function versionsAtPath(path: string | undefined): Promise<Versions> {
  return path === undefined ? { taken: 0 } : versionsAt(path)
}

function infoOf(key: string, number: number, stats: BigIntStats): ObjectInfo {
  const modified = new Date(Number(stats.mtimeMs))
  return { key, size: Number(stats.size), etag: etagOf(number, stats), contentType: contentTypeOf(key), modified }
}

function isConditional({ ifMatch, ifNoneMatch }: PutOptions): boolean {
  return ifMatch !== undefined || ifNoneMatch !== undefined
}

function checkCondition(key: string, options: PutOptions, current: Version | undefined): void {
  const etag = current && etagOf(current.number, current.stats)
  if (options.ifNoneMatch === '*' && etag !== undefined) throw preconditionFailed(key, options)
  if (options.ifMatch !== undefined && options.ifMatch !== etag) throw preconditionFailed(key, options)
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  let written = 0
  while (written < piece.length) written += (await file.write(piece, written)).bytesWritten
}

/** Something else than an object may have the name of one. */
async function assertFile(path: string, key: string): Promise<void> {
  const stats = await lstat(path).catch(ignoring('ENOENT'))
  if (stats?.isSymbolicLink()) throw linkForbidden(key)
  if (stats !== undefined && !stats.isFile()) throw keyConflict(key)
}

/** What cannot be removed is left for the next sweep. */
async function removed(path: string): Promise<void> {
  await unlink(path).catch(() => {})
}
