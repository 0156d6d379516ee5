import type { FileCacheFolder } from './file-cache-folder.js'
import type { Connection } from './sqlite-connection.js'

/** How much room a cache has. In bytes. */
export interface RoomLimits {
  /** What its files may take up together. */
  readonly maxBytes: number
  /** What it leaves free on its disk. */
  readonly minFreeBytes: number
}

/** Why files cannot be in the cache even if nobody used any of it. In bytes. */
export interface RoomRefusal {
  /** What the files that are wanted together take up. */
  readonly wanted: number
  /** What could be taken up at most. */
  readonly limit: number
}

/** The room of a cache: what counts, and what goes when more is wanted. To be used within a transaction. */
export class FileCacheRoom {
  constructor(
    private readonly connection: Connection,
    private readonly folder: FileCacheFolder,
    private readonly limits: RoomLimits,
  ) {}

  /**
   * Whether there is no room even when everybody lets go of theirs.
   *
   * @param bytes that are to have their place
   * @param pin what is pinned under this id is wanted along with them
   */
  refusal(bytes: number, pin: string): RoomRefusal | undefined {
    if (bytes === 0) return undefined
    const wanted = bytes + this.#sum('WHERE key IN (SELECT key FROM pins WHERE id = ?)', pin)
    const limit = this.#capacity()
    return wanted > limit ? { wanted, limit } : undefined
  }

  /** Makes room by deleting what was used longest ago and is not in use; deletes nothing where that would not be enough. */
  make(bytes: number): boolean {
    const lacking = bytes === 0 ? 0 : this.#lacking(bytes)
    if (lacking > 0 && lacking > this.#sum(EVICTABLE)) return false
    this.#evict(lacking)
    return true
  }

  /** Deletes what is not in use until the limits hold, as far as that can be. */
  trim(): void {
    this.#evict(this.#lacking(0))
  }

  /** What could be in the cache if nobody used any of it. */
  #capacity(): number {
    const onDisk = this.#sum() - this.#unwritten()
    return Math.max(0, Math.min(this.limits.maxBytes, this.folder.free() + onDisk - this.limits.minFreeBytes))
  }

  /** How many bytes must go before so many more have their place. */
  #lacking(bytes: number): number {
    const overLimit = this.#sum() + bytes - this.limits.maxBytes
    const overDisk = this.limits.minFreeBytes + this.#unwritten() + bytes - this.folder.free()
    return Math.max(0, overLimit, overDisk)
  }

  /** Bytes that have their place, but do not take up the disk yet. */
  #unwritten(): number {
    const sql = `SELECT size, token FROM files WHERE state <> 'ready'`
    const rows = this.connection.all<{ size: number; token: string | null }>(sql)
    return rows.reduce((sum, { size, token }) => sum + size - (token === null ? 0 : this.folder.writtenOf(token)), 0)
  }

  #sum(where = '', ...values: unknown[]): number {
    return (
      this.connection.get<{ sum: number }>(`SELECT coalesce(sum(size), 0) AS sum FROM files ${where}`, ...values)
        ?.sum ?? 0
    )
  }

  #evict(bytes: number): void {
    for (let freed = 0; freed < bytes; ) {
      const sql = `SELECT key, size FROM files ${EVICTABLE} ORDER BY used LIMIT 1`
      const file = this.connection.get<{ key: string; size: number }>(sql)
      if (file === undefined) return
      this.folder.remove(file.key)
      this.connection.run('DELETE FROM files WHERE key = ?', file.key)
      freed += file.size
    }
  }
}

const EVICTABLE = `WHERE state = 'ready' AND NOT EXISTS (SELECT 1 FROM pins WHERE pins.key = files.key)`
