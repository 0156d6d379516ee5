import { readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JsonValue } from '@datalab/core'
import { rootName } from './file-arguments.js'

/** How many folders above a place are looked at, with those beside them. */
const LEVELS = 3

/** The names of the root folders that the local files among inputs are in. */
export function rootNamesIn(inputs: JsonValue): Set<string> {
  const names = new Set<string>()
  const walk = (value: JsonValue) => {
    if (typeof value !== 'object' || value === null) return
    const { source, root } = value as { source?: JsonValue; root?: JsonValue }
    if (source === 'local' && typeof root === 'string') names.add(root)
    for (const member of Object.values(value)) walk(member as JsonValue)
  }
  walk(inputs)
  return names
}

/**
 * Looks for root folders by their names, which are made of the folder's path: among some places, the folders in them, and above them.
 *
 * @returns the folders that were found, by the names that were looked for.
 */
export async function findRoots(names: ReadonlySet<string>, places: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const place of places) {
    for await (const folder of foldersNear(place)) {
      if (found.size === names.size) return found
      const name = rootName(folder)
      if (names.has(name)) found.set(name, folder)
    }
  }
  return found
}

async function* foldersNear(place: string): AsyncGenerator<string> {
  let folder = await realpath(place)
  for (let level = 0; level < LEVELS; level++) {
    yield folder
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) if (entry.isDirectory()) yield join(folder, entry.name)
    folder = dirname(folder)
  }
}
