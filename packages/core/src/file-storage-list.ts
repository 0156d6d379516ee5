import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseVersionName } from './file-storage-version.js'

/**
 * The keys of the objects below a folder that begin with `prefix` and come after `after`, in the order of their code units. One folder's
 * names at a time are in memory, for each level.
 */
export async function* listObjectFiles(folder: string, prefix: string, after: string): AsyncGenerator<string> {
  yield* walk(folder, '', prefix, after)
}

async function* walk(folder: string, base: string, prefix: string, after: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absent)
  let last: string | undefined
  for (const { key, entry } of sorted(entries, base)) {
    if (entry.isDirectory()) {
      if (mayHold(key, prefix, after)) yield* walk(join(folder, entry.name), key, prefix, after)
    } else if (key !== last && key.startsWith(prefix) && key > after) {
      last = key
      yield key
    }
  }
}

/** A folder's entries by the keys they begin or are: a folder sorts with its slash, as its objects' keys do. */
function sorted(entries: readonly Dirent[], base: string): { key: string; entry: Dirent }[] {
  return entries
    .flatMap((entry) => {
      if (entry.name.startsWith('.')) return []
      if (entry.isDirectory()) return [{ key: `${base}${entry.name}/`, entry }]
      const version = entry.isFile() ? parseVersionName(entry.name) : undefined
      return version === undefined ? [] : [{ key: base + version.name, entry }]
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}

function mayHold(folderKey: string, prefix: string, after: string): boolean {
  const isInPrefix = folderKey.startsWith(prefix) || prefix.startsWith(folderKey)
  return isInPrefix && (folderKey > after || after.startsWith(folderKey))
}

function absent(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
  return []
}
