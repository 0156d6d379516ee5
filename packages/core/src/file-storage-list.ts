import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ignoring } from './file-storage-error.js'
import type { StorageFolder } from './file-storage-folder.js'
import { versionsOf } from './file-storage-version.js'
import { isObjectKey } from './object-key.js'

/** The file of an object, by its key. */
export interface ObjectFile {
  readonly key: string
  readonly path: string
}

interface Entry extends ObjectFile {
  /** Whether it holds objects; its key ends with a slash then, and sorts with it, as the objects' keys do. */
  readonly isFolder: boolean
}

/**
 * The objects below a folder whose keys begin with `prefix` and come after `after`, in the order of their keys' code units. One folder's
 * names at a time are in memory, for each level; folders that the prefix or `after` rules out are not read.
 */
export async function* listObjectFiles(root: StorageFolder, prefix: string, after: string): AsyncGenerator<ObjectFile> {
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  if (base !== '' && !isObjectKey(base.slice(0, -1))) return
  const folder = await root.find(base.slice(0, -1))
  if (folder !== undefined) yield* walk(folder, base, prefix, after)
}

async function* walk(folder: string, base: string, prefix: string, after: string): AsyncGenerator<ObjectFile> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(ignoring('ENOENT', 'ENOTDIR'))
  let last: string | undefined
  for (const { key, path, isFolder } of sorted(entries ?? [], folder, base)) {
    if (isFolder) {
      if (mayHold(key, prefix, after)) yield* walk(path, key, prefix, after)
    } else if (key !== last && key.startsWith(prefix) && key > after) {
      last = key
      yield { key, path }
    }
  }
}

/** What a folder's entries stand for. Names that no key has are not the storage's. */
function sorted(entries: readonly Dirent[], folder: string, base: string): Entry[] {
  return entries
    .flatMap((entry) => {
      const owner = entry.isDirectory() ? versionsOf(entry.name) : undefined
      const name = owner ?? entry.name
      if (!(entry.isDirectory() || entry.isFile()) || !isObjectKey(name)) return []
      const isFolder = entry.isDirectory() && owner === undefined
      return [{ key: isFolder ? `${base}${name}/` : base + name, path: join(folder, name), isFolder }]
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

function mayHold(folderKey: string, prefix: string, after: string): boolean {
  const isInPrefix = folderKey.startsWith(prefix) || prefix.startsWith(folderKey)
  return isInPrefix && (folderKey > after || after.startsWith(folderKey))
}
