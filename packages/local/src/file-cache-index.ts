import type { FileCacheFolder } from './file-cache-folder.js'
import { FileCacheRoom, type RoomLimits } from './file-cache-room.js'
import type { FileRow } from './file-cache-schema.js'
import type { Connection } from './sqlite-connection.js'

/** A file that is to be pinned; its size may be left out where the index is thought to know it. */
export interface PinnedFile {
  readonly key: string
  readonly size?: number
}

/** For whom files are pinned, under which id, and whether it queues for room. */
export interface PinRequest {
  readonly id: string
  readonly owner: string
  readonly queue: boolean
}

/**
 * Whether files are pinned.
 *
 * `unknown`: the sizes of these are wanted. `later`: there is room when others let go of theirs. `never`: there is none even then.
 */
export type PinAnswer =
  | { readonly is: 'pinned' | 'later' }
  | { readonly is: 'never'; readonly wanted: number; readonly limit: number }
  | { readonly is: 'unknown'; readonly keys: string[] }

/** What whoever pinned a file does next. `lost`: the pin is gone, as is that of an owner that was taken for dead. */
export type LoadAnswer =
  | { readonly is: 'ready' | 'wait' | 'empty' | 'lost' }
  | { readonly is: 'load'; readonly token: string; readonly size: number }

/** What a cache holds. */
export interface FileCacheUsage {
  /** Bytes that count: of whole files, and of those that have their place already. */
  readonly bytes: number
  readonly files: number
  /** Files that are in use. */
  readonly pinned: number
  /** Reservations that wait for room. */
  readonly waiting: number
}

export interface IndexOwner {
  readonly id: string
  /** Seconds since its last sign of life. */
  readonly silent: number
}

export interface IndexSettings extends RoomLimits {
  /** A loader that was silent for so many seconds loses its file to others. */
  readonly staleAfter: number
}

/** Seconds since the system started, and names that were never used. */
export interface IndexSurroundings {
  now(): number
  newToken(): string
}

/** The decisions of a file cache: each in one transaction, together with what it does to the files. */
export class FileCacheIndex {
  readonly #room: FileCacheRoom

  constructor(
    private readonly connection: Connection,
    private readonly folder: FileCacheFolder,
    private readonly settings: IndexSettings,
    private readonly surroundings: IndexSurroundings,
  ) {
    this.#room = new FileCacheRoom(connection, folder, settings)
  }

  /** A sign of life. */
  greet(owner: string): void {
    const { connection } = this
    const now = this.surroundings.now()
    connection.run('INSERT INTO owners VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen', owner, now)
  }

  owners(): IndexOwner[] {
    return this.connection
      .all<{ id: string; seen: number }>('SELECT id, seen FROM owners')
      .map(({ id, seen }) => ({ id, silent: this.#silence(seen) }))
  }

  /** Drops owners that are no more, with what they pinned, were loading and waited for. */
  drop(owners: readonly string[]): void {
    this.connection.transaction(() => {
      for (const owner of owners) this.#drop(owner)
      this.#dropUnused()
    })
  }

  /** Makes index and folder agree: files without an entry go, and entries without their file. */
  reconcile(): void {
    this.connection.transaction(() => {
      const rows = this.connection.all<FileRow>('SELECT * FROM files')
      for (const row of rows) if (row.state === 'ready') this.#verified(row)
      const keys = new Set(rows.filter(({ state }) => state === 'ready').map(({ key }) => key))
      const tokens = new Set(rows.map(({ token }) => token))
      const found = this.folder.list()
      for (const key of found.keys) if (!keys.has(key)) this.folder.remove(key)
      for (const token of found.tokens) if (!tokens.has(token)) this.folder.discard(token)
      this.#dropUnused()
      this.#room.trim()
    })
  }

  /** Pins all of the files or none, making room for those that have no place yet. */
  pin(request: PinRequest, files: readonly PinnedFile[]): PinAnswer {
    return this.connection.transaction(() => {
      this.greet(request.owner)
      const missing = files.filter(({ key }) => this.#file(key) === undefined)
      const keys = missing.flatMap(({ key, size }) => (size === undefined ? [key] : []))
      if (keys.length > 0) return { is: 'unknown', keys }
      this.#pinAll(request, without(files, missing))
      const answer = this.#makeRoom(request, missing as Required<PinnedFile>[])
      if (answer.is !== 'later') this.leave(request.id)
      if (answer.is !== 'pinned') this.connection.run('DELETE FROM pins WHERE id = ?', request.id)
      else this.#add(request, files, missing as Required<PinnedFile>[])
      return answer
    })
  }

  /** Leaves the queue for room. */
  leave(id: string): void {
    this.connection.run('DELETE FROM waiting WHERE id = ?', id)
  }

  /**
   * What to do to have a pinned file: it is ready, or empty, or somebody loads it.
   *
   * @param loader who loads it where nobody does; where absent, `empty` tells that
   */
  load(id: string, key: string, loader?: string): LoadAnswer {
    return this.connection.transaction(() => {
      const row = this.#pinned(id, key)
      if (row === undefined) return { is: 'lost' }
      if (row.state === 'ready' && this.#verified(row)) return { is: 'ready' }
      if (row.state === 'loading' && !this.#isStale(row)) return { is: 'wait' }
      this.#clear(row)
      if (loader === undefined) return { is: 'empty' }
      const token = this.surroundings.newToken()
      this.folder.create(token)
      this.connection.run(`UPDATE files SET state = 'loading', loader = ?, token = ? WHERE key = ?`, loader, token, key)
      return { is: 'load', token, size: row.size }
    })
  }

  /** Makes what was loaded the file; false where it is not this loader's any more, or not whole. */
  finish(key: string, token: string): boolean {
    const isPublished = this.connection.transaction(() => {
      const row = this.#loading(key, token)
      if (row === undefined || this.folder.writtenOf(token) !== row.size) return false
      this.folder.publish(token, key)
      this.connection.run(`UPDATE files SET state = 'ready', loader = NULL, token = NULL WHERE key = ?`, key)
      return true
    })
    if (isPublished) this.folder.sync()
    return isPublished
  }

  /** Gives a load up. */
  fail(key: string, token: string): void {
    this.connection.transaction(() => {
      const row = this.#loading(key, token)
      if (row === undefined) this.folder.discard(token)
      else this.#clear(row)
      this.#dropUnused()
    })
  }

  /** Lets go of what was pinned under some ids. */
  unpin(ids: readonly string[]): void {
    this.connection.transaction(() => {
      for (const id of ids) {
        this.leave(id)
        this.connection.run('DELETE FROM pins WHERE id = ?', id)
      }
      this.#dropUnused()
    })
  }

  usage(): FileCacheUsage {
    const usage = this.connection.get<FileCacheUsage>(USAGE)
    const { bytes = 0, files = 0, pinned = 0, waiting = 0 } = usage ?? {}
    return { bytes, files, pinned, waiting }
  }

  #makeRoom(request: PinRequest, missing: readonly Required<PinnedFile>[]): PinAnswer {
    if (missing.length === 0 && !request.queue) return { is: 'pinned' }
    const wanted = missing.reduce((sum, { size }) => sum + size, 0)
    const refusal = this.#room.refusal(wanted, request.id)
    if (refusal !== undefined) return { is: 'never', ...refusal }
    if (request.queue) this.connection.run(QUEUE, request.id, request.owner)
    return { is: this.#isNext(request) && this.#room.make(wanted) ? 'pinned' : 'later' }
  }

  #add(request: PinRequest, files: readonly PinnedFile[], missing: readonly Required<PinnedFile>[]): void {
    for (const { key, size } of missing) this.connection.run(INSERT_FILE, key, size)
    this.#pinAll(request, missing)
    for (const { key } of files) this.connection.run(TOUCH, key)
  }

  /** Whether nobody waits for room before this one. Who gives no sign of life keeps nobody waiting. */
  #isNext({ id }: PinRequest): boolean {
    const waiting = this.connection.all<{ id: string; seen: number }>(
      'SELECT waiting.id, seen FROM waiting JOIN owners ON owners.id = owner ORDER BY ticket',
    )
    const first = waiting.find((one) => one.id === id || this.#silence(one.seen) < this.settings.staleAfter)
    return first === undefined || first.id === id
  }

  #pinAll({ id, owner }: PinRequest, files: readonly PinnedFile[]): void {
    for (const { key } of files) this.connection.run('INSERT OR IGNORE INTO pins VALUES (?, ?, ?)', id, key, owner)
  }

  #file(key: string): FileRow | undefined {
    return this.connection.get<FileRow>('SELECT * FROM files WHERE key = ?', key)
  }

  #pinned(id: string, key: string): FileRow | undefined {
    const sql = 'SELECT files.* FROM files JOIN pins USING (key) WHERE pins.id = ? AND key = ?'
    return this.connection.get<FileRow>(sql, id, key)
  }

  #loading(key: string, token: string): FileRow | undefined {
    return this.connection.get<FileRow>('SELECT * FROM files WHERE key = ? AND token = ?', key, token)
  }

  /** Whether a ready file is there as it should be; where not, it is empty from now on. */
  #verified(row: FileRow): boolean {
    if (this.folder.sizeOf(row.key) === row.size) return true
    this.#clear(row)
    return false
  }

  #isStale({ loader }: FileRow): boolean {
    const owner = this.connection.get<{ seen: number }>('SELECT seen FROM owners WHERE id = ?', loader)
    return owner === undefined || this.#silence(owner.seen) > this.settings.staleAfter
  }

  /** Removes whatever there is of a file. Its place stays. */
  #clear({ key, token }: FileRow): void {
    if (token !== null) this.folder.discard(token)
    this.folder.remove(key)
    this.connection.run(`UPDATE files SET state = 'empty', loader = NULL, token = NULL WHERE key = ?`, key)
  }

  #drop(owner: string): void {
    for (const row of this.connection.all<FileRow>('SELECT * FROM files WHERE loader = ?', owner)) this.#clear(row)
    this.connection.run('DELETE FROM owners WHERE id = ?', owner)
  }

  /** Nothing keeps a place that nobody uses. */
  #dropUnused(): void {
    for (const row of this.connection.all<FileRow>(UNUSED)) {
      this.#clear(row)
      this.connection.run('DELETE FROM files WHERE key = ?', row.key)
    }
  }

  /** Someone who was seen later than now was seen before the system started anew. */
  #silence(seen: number): number {
    const silence = this.surroundings.now() - seen
    return silence < 0 ? Number.POSITIVE_INFINITY : silence
  }
}

function without(files: readonly PinnedFile[], others: readonly PinnedFile[]): PinnedFile[] {
  const left = new Set(others)
  return files.filter((file) => !left.has(file))
}

const INSERT_FILE = `INSERT INTO files VALUES (?, ?, 'empty', NULL, NULL, 0) ON CONFLICT (key) DO NOTHING`
const TOUCH = 'UPDATE files SET used = 1 + (SELECT max(used) FROM files) WHERE key = ?'
const QUEUE = 'INSERT INTO waiting (id, owner) VALUES (?, ?) ON CONFLICT (id) DO NOTHING'
const UNUSED = `SELECT * FROM files WHERE state <> 'ready' AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.key = files.key)`
const USAGE = `SELECT coalesce(sum(size), 0) AS bytes, count(*) AS files, (SELECT count(DISTINCT key) FROM pins) AS pinned,
  (SELECT count(*) FROM waiting) AS waiting FROM files`
