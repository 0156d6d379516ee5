import Libsql from 'libsql'
import type { FileCacheFolder } from '../src/file-cache-folder.js'
import { FILE_CACHE_MIGRATIONS } from '../src/file-cache-schema.js'
import { type Connection, openConnection } from '../src/sqlite-connection.js'

/** A folder in memory, on a disk of a size. */
export class MemoryFolder implements FileCacheFolder {
  readonly cached = new Map<string, number>()
  readonly loading = new Map<string, number>()

  constructor(readonly disk = Number.POSITIVE_INFINITY) {}

  get bytes(): number {
    return [...this.cached.values(), ...this.loading.values()].reduce((sum, size) => sum + size, 0)
  }

  sizeOf = (key: string) => this.cached.get(key)
  writtenOf = (token: string) => this.loading.get(token) ?? 0
  free = () => this.disk - this.bytes
  list = () => ({ keys: [...this.cached.keys()], tokens: [...this.loading.keys()] })

  create(token: string): void {
    this.loading.set(token, 0)
  }

  publish(token: string, key: string): void {
    this.cached.set(key, this.writtenOf(token))
    this.loading.delete(token)
  }

  sync(): void {}

  remove(key: string): void {
    this.cached.delete(key)
  }

  discard(token: string): void {
    this.loading.delete(token)
  }
}

/** The database of an index; in memory where no path is given. */
export function indexConnection(path = ':memory:'): Connection {
  return openConnection(Libsql, path, FILE_CACHE_MIGRATIONS)
}
