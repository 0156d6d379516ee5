import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { cachedPath, loadingPath } from './file-cache-paths.js'

/** What the index does to the files of a cache. A name is a key or a token, never anything that a reference says. */
export interface FileCacheFolder {
  /** The size of a whole file; undefined where there is none. */
  sizeOf(key: string): number | undefined
  /** How much of a file that is being loaded is written. */
  writtenOf(token: string): number
  /** Makes an empty file to load into. Its loader never makes one, so that what was given up for it stays away. */
  create(token: string): void
  /** Makes what was loaded the file. */
  publish(token: string, key: string): void
  /** Makes what was published last. */
  sync(): void
  remove(key: string): void
  /** Removes what was loaded, and frees its bytes even while its loader still has it open. */
  discard(token: string): void
  /** Names in the folder: of whole files, and of what is being loaded. */
  list(): { keys: string[]; tokens: string[] }
  /** Bytes that can still be written to the disk. */
  free(): number
}

/** The files below a folder of this machine, whose folders are made where there are none. */
export function fileCacheFolder(root: string): FileCacheFolder {
  const [cached, loading] = [cachedPath(root), loadingPath(root)]
  mkdirSync(cached, { recursive: true })
  mkdirSync(loading, { recursive: true })
  return {
    sizeOf: (key) => sizeAt(join(cached, key)),
    writtenOf: (token) => sizeAt(join(loading, token)) ?? 0,
    create: (token) => closeSync(openSync(join(loading, token), 'wx', 0o600)),
    publish: (token, key) => renameSync(join(loading, token), join(cached, key)),
    sync: () => syncFolder(cached),
    remove: (key) => rmSync(join(cached, key), { recursive: true, force: true }),
    discard: (token) => discard(join(loading, token)),
    list: () => ({ keys: readdirSync(cached), tokens: readdirSync(loading) }),
    free: () => {
      const { bavail, bsize } = statfsSync(root)
      return bavail * bsize
    },
  }
}

function sizeAt(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() ? stats.size : undefined
}

function discard(path: string): void {
  // What is removed while somebody has it open takes up the disk until it is closed.
  if (sizeAt(path)) emptied(path)
  rmSync(path, { recursive: true, force: true })
}

/** Whole files are for reading only, even for who wrote them. */
function emptied(path: string): void {
  try {
    chmodSync(path, 0o600)
    truncateSync(path, 0)
  } catch {
    // It is removed all the same.
  }
}

function syncFolder(path: string): void {
  // Windows has no such thing.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
