import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import {
  type ByteSource,
  type FileReference,
  fileSource,
  isDataLabError,
  type SourceCache,
  type SourceContext,
  type SourceFile,
  type SourceReservation,
} from '@datalab/core'
import type { CachedSource } from './cached-source.js'
import { FileCacheClient } from './file-cache-client.js'
import { cacheFull, cacheTooSmall, cacheUnavailable, isDiskFull } from './file-cache-error.js'
import type { FileCacheUsage, PinAnswer, PinnedFile } from './file-cache-index.js'
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

/** Room in a cache for files of a run. */
export interface Reservation extends SourceReservation {
  /**
   * Whether there is room for all of them. Where they are more together than the cache can hold, those that can be read part by part have none,
   * and are cached as long as there is.
   */
  readonly isWhole: boolean
}

/** How many files are asked for at a time, where only their sizes are wanted. */
const QUESTIONS = 16
const MOST_TRIES = 5

/**
 * A bounded cache of files on a disk, for any number of processes of one machine.
 *
 * A file is downloaded once, whoever wants it, and is not deleted while it is open or reserved; of the others, those go first that were used
 * longest ago. It outlives any crash: what a process that died was doing is undone by the others, or at the next start.
 */
export class FileCache implements SourceCache {
  /** The path of its folder: caches of one folder are one. */
  readonly id: string
  readonly #folder: string
  readonly #index: FileCacheClient
  readonly #loader: FileLoader

  constructor(options: FileCacheOptions) {
    const { folder, maxBytes, minFreeBytes = 1e9, downloads = 4, chunkBytes = 2 ** 23, staleAfterMs = 30_000 } = options
    if (folder === '') throw new TypeError('A file cache needs a folder of its own.')
    checkCounts({ maxBytes, minFreeBytes, downloads, chunkBytes, staleAfterMs })
    this.#folder = resolve(folder)
    this.id = this.#folder
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
    const file = await WantedFile.find(source, reference, context)
    const id = randomUUID()
    try {
      return await this.#openCached(file, id)
    } catch (error) {
      await this.#index.release(id)
      if (file.hasParts && isWithoutRoom(error)) return await file.takeFromSource()
      throw error
    } finally {
      file.close()
    }
  }

  /**
   * Makes room for all files of a run at once, and waits for it, in the order in which runs ask; downloads none. A run that reserves all it
   * will open before it opens any waits for nobody who waits for it. A file whose source does not give its size is left out.
   *
   * @throws CACHE_TOO_SMALL, with both sizes, for more than the cache can ever hold of sources that give no parts; CACHE_FULL for a full disk;
   * DATALAB_ABORTED; CACHE_UNAVAILABLE, DATABASE_UNAVAILABLE.
   */
  async reserve(files: readonly SourceFile[], context: SourceContext): Promise<Reservation> {
    const wanted = unique(files.map((file) => new WantedFile(file, context)))
    try {
      return { isWhole: true, release: await this.#hold(wanted, context) }
    } catch (error) {
      if (!isWithoutRoom(error)) throw error
      const needed = wanted.filter(({ hasParts }) => !hasParts)
      return { isWhole: false, release: await this.#hold(needed, context) }
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
      const answer = await this.#pin(file, id)
      if (answer.is !== 'pinned') throw withoutRoom(answer, [file])
      const local = (await this.#loader.load(file, id)) ? await this.#local(file) : undefined
      if (local !== undefined) return this.#pinnedSource(local, file, id)
    }
    throw cacheUnavailable(file.label)
  }

  async #pin(file: WantedFile, id: string): Promise<PinAnswer> {
    const request = { id, owner: this.#index.owner, queue: false }
    for (;;) {
      const answer = await this.#index.call('pin', request, [pinnedFile(file)])
      if (answer.is !== 'unknown') return answer
      // It is opened there anyway: to be downloaded, or read part by part.
      await file.atSource()
    }
  }

  /** Pins files as soon as there is room for all of them. Returns what lets go of them. */
  async #hold(
    files: readonly WantedFile[],
    { signal, waiting = () => {} }: SourceContext,
  ): Promise<() => Promise<void>> {
    const request = { id: randomUUID(), owner: this.#index.owner, queue: true }
    const release = () => this.#index.release(request.id)
    let looks = 0
    try {
      for (let left = files; left.length > 0; ) {
        const answer = await this.#index.call('pin', request, left.map(pinnedFile))
        if (answer.is === 'pinned') return release
        if (answer.is === 'never') throw withoutRoom(answer, left)
        if (answer.is === 'unknown') {
          left = await measured(left, new Set(answer.keys))
          continue
        }
        if (looks === 0) waiting(true)
        await this.#index.wait(looks++, signal)
      }
      // It may have its place in the queue.
      await release()
      return release
    } catch (error) {
      await release()
      throw error
    } finally {
      if (looks > 0) waiting(false)
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

/** The files whose sizes are known now: without those whose source does not give them, which is told when they are opened. */
async function measured(files: readonly WantedFile[], keys: ReadonlySet<string>): Promise<WantedFile[]> {
  const lost = new Set<WantedFile>()
  const unknown = files.filter(({ key }) => keys.has(key))
  await mapLimited(unknown, QUESTIONS, async (file) => {
    try {
      await file.measure()
    } catch (error) {
      if (file.signal?.aborted) throw error
      lost.add(file)
    } finally {
      file.close()
    }
  })
  return files.filter((file) => !lost.has(file))
}

function pinnedFile({ key, size }: WantedFile): PinnedFile {
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
