import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type ByteSource, type FileReference, fileSource, isDataLabError, type SourceContext } from '@datalab/core'
import type { CachedSource } from './cached-source.js'
import { FileCacheClient } from './file-cache-client.js'
import { cacheFull, cacheTooSmall, cacheUnavailable, isDiskFull } from './file-cache-error.js'
import type { FileCacheUsage, PinAnswer, PinnedFile, PinRequest } from './file-cache-index.js'
import { cachedPath } from './file-cache-paths.js'
import { FileLoader } from './file-loader.js'
import { mapLimited } from './map-limited.js'
import { WantedFile } from './wanted-file.js'

/** Settings of a {@link FileCache}. All caches of a folder should have the same. */
export interface FileCacheOptions {
  /** The cache's own folder, on a disk of this machine. It is made where there is none; what is in it and not known is removed. */
  readonly folder: string
  /** Bytes that the files may take up, those being downloaded included; for instance 50e9. */
  readonly maxBytes: number
  /** Bytes that are left free on the disk; 1e9 by default. */
  readonly minFreeBytes?: number
  /** How many files this process downloads at a time; 4 by default. */
  readonly downloads?: number
  /** How many bytes a source is asked for at a time; 8 MiB by default. Each download has a buffer of this size. */
  readonly chunkBytes?: number
  /** A process that gave no sign of life for so many milliseconds loses its downloads to others; 30 000 by default. */
  readonly staleAfterMs?: number
}

/** A file of a source. */
export interface CachedFile {
  readonly source: CachedSource
  readonly reference: FileReference
}

/** Room in a cache for all files of a run. */
export interface Reservation {
  /** Whether there is: where all the files together are more than the cache can hold, each is cached as long as there is room. */
  readonly isWhole: boolean
  /** Gives the room back. Doing so twice is harmless. */
  release(): Promise<void>
}

/** How many files are asked for at a time, where only their versions and sizes are wanted. */
const QUESTIONS = 16
const MOST_TRIES = 5

/**
 * A bounded cache of files on a disk, for any number of processes of one machine.
 *
 * A file is downloaded once, whoever wants it, and is not deleted while it is open or reserved; of the others, those go first that were used
 * longest ago. It outlives any crash: what a process that died was doing is undone by the others, or at the next start.
 */
export class FileCache {
  readonly #folder: string
  readonly #index: FileCacheClient
  readonly #loader: FileLoader

  constructor(options: FileCacheOptions) {
    const { folder, maxBytes, minFreeBytes = 1e9, downloads = 4, chunkBytes = 2 ** 23, staleAfterMs = 30_000 } = options
    if (folder === '') throw new TypeError('A file cache needs a folder of its own.')
    checkCounts({ maxBytes, minFreeBytes, downloads, chunkBytes, staleAfterMs })
    this.#folder = resolve(folder)
    const settings = { folder: this.#folder, maxBytes, minFreeBytes, staleAfter: staleAfterMs / 1000 }
    this.#index = new FileCacheClient(settings)
    this.#loader = new FileLoader(this.#index, { folder: this.#folder, downloads, chunkBytes })
  }

  /**
   * Opens a file: from the cache, into which it is downloaded where it is not there. It never waits for room, since who waits for room while
   * others wait for what he has open may wait for ever: without room, the file is read from its source.
   *
   * @throws CACHE_FULL and CACHE_TOO_SMALL for a file without room whose source gives no parts; SOURCE_CHANGED; DATALAB_SOURCE_SHORT when the
   * source gives less than it announced; CACHE_UNAVAILABLE, DATABASE_UNAVAILABLE; DATALAB_ABORTED; what the source throws.
   */
  async open({ source, reference }: CachedFile, context: SourceContext): Promise<ByteSource> {
    const file = await WantedFile.find(source.origin, reference, context)
    const id = randomUUID()
    try {
      return await this.#openCached(file, id)
    } catch (error) {
      await this.#index.release(id)
      if (source.ranges && isWithoutRoom(error)) return await file.takeFromSource()
      throw error
    } finally {
      file.close()
    }
  }

  /**
   * Makes room for all files of a run at once, and waits for it, in the order in which runs ask; downloads none. A run that reserves all it
   * will open before it opens any waits for nobody who waits for it.
   *
   * @throws CACHE_TOO_SMALL, with both sizes, for more than the cache can ever hold where a source gives no parts; DATALAB_ABORTED;
   * SOURCE_CHANGED; CACHE_UNAVAILABLE, DATABASE_UNAVAILABLE; what a source throws.
   */
  async reserve(files: readonly CachedFile[], context: SourceContext): Promise<Reservation> {
    const id = randomUUID()
    const wanted = await mapLimited(files, QUESTIONS, ({ source, reference }) =>
      WantedFile.find(source.origin, reference, context),
    )
    try {
      await this.#reserved(id, unique(wanted), context.signal)
      return { isWhole: true, release: () => this.#index.release(id) }
    } catch (error) {
      await this.#index.release(id)
      if (isWithoutRoom(error) && files.every(({ source }) => source.ranges)) return NO_RESERVATION
      throw error
    } finally {
      for (const file of wanted) file.close()
    }
  }

  /** What the cache holds now, for all processes. */
  async usage(): Promise<FileCacheUsage> {
    return this.#index.call('usage')
  }

  /** Lets go of all that this process has reserved and open; open files can be read to their end. Closing twice is harmless. */
  async close(): Promise<void> {
    await this.#index.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #openCached(file: WantedFile, id: string): Promise<ByteSource> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const answer = await this.#pin({ id, owner: this.#index.owner, queue: false }, [file])
      if (answer.is !== 'pinned') throw withoutRoom(answer, [file])
      const local = (await this.#loader.load(file, id)) ? await this.#local(file) : undefined
      if (local !== undefined) return this.#pinnedSource(local, file, id)
    }
    throw cacheUnavailable(file.label)
  }

  async #reserved(id: string, files: readonly WantedFile[], signal: AbortSignal | undefined): Promise<void> {
    const request = { id, owner: this.#index.owner, queue: true }
    for (let looks = 0; ; looks++) {
      const answer = await this.#pin(request, files)
      if (answer.is === 'pinned') return
      if (answer.is !== 'later') throw withoutRoom(answer, files)
      await this.#index.wait(looks, signal)
    }
  }

  /** Asks the sources for the sizes of those files only that the cache does not know. */
  async #pin(request: PinRequest, files: readonly WantedFile[]): Promise<PinAnswer> {
    const sizes = new Map<string, number>()
    for (;;) {
      const answer = await this.#index.call(
        'pin',
        request,
        files.map((file) => pinnedFile(file, sizes)),
      )
      if (answer.is !== 'unknown') return answer
      const unknown = new Set(answer.keys)
      await mapLimited(
        files.filter(({ key }) => unknown.has(key)),
        QUESTIONS,
        async (file) => sizes.set(file.key, (await file.atSource()).size),
      )
    }
  }

  /** The file on disk; undefined when it went meanwhile. */
  async #local({ key, label }: WantedFile): Promise<ByteSource | undefined> {
    try {
      return await fileSource(join(cachedPath(this.#folder), key))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw cacheUnavailable(label, error)
    }
  }

  #pinnedSource(local: ByteSource, { identity }: WantedFile, id: string): ByteSource {
    let closing: Promise<void> | undefined
    const close = async () => {
      await local.close()
      await this.#index.release(id)
    }
    return {
      ...local,
      identity,
      close: () => {
        closing ??= close()
        return closing
      },
    }
  }
}

const NO_RESERVATION: Reservation = { isWhole: false, release: async () => {} }

function pinnedFile({ key }: WantedFile, sizes: ReadonlyMap<string, number>): PinnedFile {
  const size = sizes.get(key)
  return size === undefined ? { key } : { key, size }
}

function unique(files: readonly WantedFile[]): WantedFile[] {
  return [...new Map(files.map((file) => [file.key, file])).values()]
}

function isWithoutRoom(error: unknown): boolean {
  return isDataLabError(error, 'CACHE_FULL', 'CACHE_TOO_SMALL') || isDiskFull(error)
}

function withoutRoom(answer: PinAnswer, files: readonly WantedFile[]): Error {
  const [first, ...others] = files.map(({ label }) => label)
  const label = others.length === 0 ? `${first}` : `${first} and ${others.length} more`
  return answer.is === 'never' ? cacheTooSmall(label, answer.wanted, answer.limit) : cacheFull(label)
}

function checkCounts(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    const least = name === 'minFreeBytes' ? 0 : 1
    if (!Number.isSafeInteger(value) || value < least)
      throw new TypeError(`${name} of a file cache must be a whole number of at least ${least}, not ${value}.`)
  }
}
