import { DataLabError } from '@datalab/core'
import { isDeadOwner, newOwner } from './cache-owner.js'
import { Changes } from './changes.js'
import { cacheUnavailable } from './file-cache-error.js'
import { indexPath } from './file-cache-paths.js'
import type { FileCacheCalls, FileCacheSettings } from './file-cache-program.js'
import { makeFolder } from './make-folder.js'
import { SqliteDatabase } from './sqlite.js'

/** How often dead processes are looked for, at most. */
const REAP_MS = 100

/** The index of a file cache, as this process uses it. It is opened, and put in order, when it is first asked. */
export class FileCacheClient {
  readonly owner = newOwner()
  readonly changes = new Changes()
  #opening: Promise<SqliteDatabase<FileCacheCalls>> | undefined
  #reaped = Number.NEGATIVE_INFINITY
  #isClosed = false
  readonly #unreleased = new Set<string>()

  constructor(private readonly settings: Omit<FileCacheSettings, 'owner'>) {}

  /** @throws DATALAB_CLOSED, DATABASE_NEWER, DATABASE_UNAVAILABLE, CACHE_UNAVAILABLE */
  async call<Name extends keyof FileCacheCalls>(
    name: Name,
    ...values: Parameters<FileCacheCalls[Name]>
  ): Promise<ReturnType<FileCacheCalls[Name]>> {
    const database = await this.#database()
    return database.call(name, ...values)
  }

  /** Waits until it is worth while to look again, and does not wait for the dead. */
  async wait(looks: number, signal: AbortSignal | undefined): Promise<void> {
    await this.changes.next(looks, signal)
    if (performance.now() - this.#reaped < REAP_MS) return
    this.#reaped = performance.now()
    await this.#reap(await this.#database())
  }

  /** Lets go of what was pinned under an id. It never fails: what cannot be done now is done along with the next. */
  async release(id: string): Promise<void> {
    if (this.#isClosed) return
    this.#unreleased.add(id)
    const ids = [...this.#unreleased]
    try {
      await this.call('unpin', ids)
      for (const done of ids) this.#unreleased.delete(done)
    } catch {}
    this.changes.tell()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.changes.tell()
    const database = await this.#opening?.catch(() => undefined)
    await database?.close()
  }

  #database(): Promise<SqliteDatabase<FileCacheCalls>> {
    if (this.#isClosed) throw new DataLabError('DATALAB_CLOSED', 'This file cache is closed; make a new one.')
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #open(): Promise<SqliteDatabase<FileCacheCalls>> {
    const { folder } = this.settings
    await makeFolder(folder).catch((error) => {
      throw cacheUnavailable(folder, error)
    })
    const settings: FileCacheSettings = { ...this.settings, owner: this.owner }
    const database = await SqliteDatabase.open<FileCacheCalls>('file-cache', indexPath(folder), settings)
    await this.#reap(database)
    await database.call('reconcile')
    return database
  }

  async #reap(database: SqliteDatabase<FileCacheCalls>): Promise<void> {
    const owners = await database.call('owners')
    const dead = owners.filter(({ id, silent }) => isDeadOwner(id, silent)).map(({ id }) => id)
    if (dead.length > 0) await database.call('drop', dead)
  }
}
