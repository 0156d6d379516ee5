import { constants } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  FileStorage,
  type ObjectBody,
  type ObjectInfo,
  type ObjectStorage,
  ownedName,
  type PutOptions,
} from '@datalab/core'
import { ByteCopy } from './byte-copy.js'
import type { Place } from './output-folder.js'

/**
 * Copies of objects that are made while they are put into a storage of files: what waits for a disk, or for the next piece, has time for it.
 *
 * Where files can share their blocks none are made: a copy takes neither time nor room then. None are made any more once an object could not be
 * put, which may have needed the room.
 */
export class EarlyCopies {
  /** Their paths, by the URLs of the objects. */
  readonly #ready = new Map<string, string>()
  #isFolderMade: Promise<boolean> | undefined

  /**
   * @param folder for the copies, made when it is needed; a host that sweeps it removes what a killed process leaves there
   * @param sample any file on the same disk
   */
  constructor(
    private readonly folder: string,
    private readonly sample: string,
  ) {}

  /** The same place, with copies of what is put into its storage in pieces, where that is one of files. */
  beside({ storage, ...place }: Place): Place {
    if (storage === undefined) return place
    return { ...place, storage: storage instanceof FileStorage ? this.#copied(storage) : storage }
  }

  #copied(storage: ObjectStorage): ObjectStorage {
    return {
      reach: storage.reach,
      ...(storage.supports === undefined ? {} : { supports: storage.supports }),
      put: (key, body, options) => this.#put(storage, key, body, options),
      open: (key) => storage.open(key),
      head: (key) => storage.head(key),
      delete: (keys) => storage.delete(keys),
      list: (prefix, options) => storage.list(prefix, options),
      url: (key) => storage.url(key),
      close: async () => storage.close?.(),
    }
  }

  /**
   * Gives the copy of an object another path, in the place of what is there. False where there is no copy, or it cannot be moved.
   *
   * @param url of the object
   */
  async move(url: string, to: string): Promise<boolean> {
    const copy = this.#ready.get(url)
    if (copy === undefined) return false
    return rename(copy, to).then(
      () => this.#ready.delete(url),
      () => false,
    )
  }

  /** Removes the copies that were not moved. */
  async [Symbol.asyncDispose](): Promise<void> {
    const copies = [...this.#ready.values()]
    this.#ready.clear()
    for (const copy of copies) await rm(copy, { force: true }).catch(() => {})
  }

  async #put(storage: ObjectStorage, key: string, body: ObjectBody, options?: PutOptions): Promise<ObjectInfo> {
    // What is there as a whole is small.
    if (body instanceof Uint8Array || !(await this.#isOfUse())) return storage.put(key, body, options)
    const path = join(this.folder, ownedName())
    const copy = new ByteCopy(path)
    let url: string | undefined
    try {
      const info = await storage.put(key, copy.of(body), options)
      if ((await copy.isWhole(info.size)) && (await this.#isOfUse()))
        url = await storage.url(key).catch(() => undefined)
      return info
    } catch (error) {
      // The copies may have taken the room that it needed: whoever tries again has that.
      this.#isFolderMade = Promise.resolve(false)
      await this[Symbol.asyncDispose]()
      throw error
    } finally {
      if (url !== undefined) this.#ready.set(url, path)
      else await rm(path, { force: true }).catch(() => {})
    }
  }

  /** Whether copying takes time here, and can be done. */
  #isOfUse(): Promise<boolean> {
    this.#isFolderMade ??= this.#look()
    return this.#isFolderMade
  }

  async #look(): Promise<boolean> {
    const shared = join(this.folder, ownedName())
    try {
      await mkdir(this.folder).catch(ignoreExisting)
      await copyFile(this.sample, shared, constants.COPYFILE_FICLONE_FORCE)
    } catch (error) {
      return UNSHARED.has((error as NodeJS.ErrnoException).code ?? '')
    }
    await rm(shared, { force: true }).catch(() => {})
    return false
  }
}

/** What systems say where files cannot share blocks. */
const UNSHARED = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EINVAL'])

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
