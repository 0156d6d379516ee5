import { join } from 'node:path'
import { download } from './download.js'
import type { FileCacheClient } from './file-cache-client.js'
import { cacheUnavailable } from './file-cache-error.js'
import type { LoadAnswer } from './file-cache-index.js'
import { loadingPath } from './file-cache-paths.js'
import { Slots } from './slots.js'
import type { WantedFile } from './wanted-file.js'

/** How files are loaded. */
export interface FileLoaderOptions {
  readonly folder: string
  /** How many files are downloaded at a time. */
  readonly downloads: number
  readonly chunkBytes: number
}

/** A file that was given away so often while it was loaded is given up. */
const MOST_TRIES = 5

/** Gets pinned files into a cache: downloads those that nobody else does, and waits for the others. */
export class FileLoader {
  readonly #slots: Slots

  constructor(
    private readonly index: FileCacheClient,
    private readonly options: FileLoaderOptions,
  ) {
    this.#slots = new Slots(options.downloads)
  }

  /**
   * Resolves when a file is ready.
   *
   * @param pin the id under which it is pinned
   * @returns false when the pin is gone
   * @throws SOURCE_CHANGED, DATALAB_SOURCE_SHORT, DATALAB_ABORTED, CACHE_FULL, CACHE_UNAVAILABLE; what the source throws.
   */
  async load(file: WantedFile, pin: string): Promise<boolean> {
    for (let looks = 0, tries = 0; ; looks++) {
      let { is } = await this.index.call('load', pin, file.key)
      if (is === 'empty') is = await this.#slots.use(file.signal, () => this.#loadHere(file, pin))
      if (is === 'ready' || is === 'lost') return is === 'ready'
      if (is === 'load' && ++tries === MOST_TRIES) throw cacheUnavailable(file.label)
      if (is === 'wait') await this.index.wait(looks, file.signal)
    }
  }

  /** @returns `load` when it was given to another loader meanwhile */
  async #loadHere(file: WantedFile, pin: string): Promise<LoadAnswer['is']> {
    const answer = await this.index.call('load', pin, file.key, this.index.owner)
    if (answer.is !== 'load') return answer.is
    try {
      if (await this.#download(file, answer)) return 'ready'
      await this.index.call('fail', file.key, answer.token)
      return 'load'
    } catch (error) {
      await this.index.call('fail', file.key, answer.token).catch(() => {})
      throw error
    } finally {
      this.index.changes.tell()
    }
  }

  async #download(file: WantedFile, { token, size }: LoadAnswer & { is: 'load' }): Promise<boolean> {
    const { chunkBytes, folder } = this.options
    const source = await file.atSource()
    if (source.size !== size) throw file.changed()
    const path = join(loadingPath(folder), token)
    const isWritten = await download(source, path, { chunkBytes, label: file.label, signal: file.signal })
    return isWritten && (await this.index.call('finish', file.key, token))
  }
}
