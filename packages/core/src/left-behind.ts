import { randomUUID } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isProcessAlive, processIdentity } from './process-identity.js'

const OWNED = /^(\d+-(?:\d+|x)-[0-9a-f]+-\d+)\.[0-9a-f-]{36}$/
// Nothing takes a week that a process writes for itself, be it in another container.
const MAX_AGE_MS = 7 * 24 * 3600_000

/** A new name for a file or folder that is this process's own, and is left behind when it dies. */
export function ownedName(): string {
  return `${processIdentity()}.${randomUUID()}`
}

/**
 * Whether a file or folder was left behind by the process of this identity, which died. Where that cannot be told, since it is of another
 * container, what nobody has written to for a week was.
 */
export async function isLeftBehind(path: string, owner: string): Promise<boolean> {
  const isAlive = isProcessAlive(owner)
  if (isAlive !== undefined) return !isAlive
  const stats = await lstat(path).catch(() => undefined)
  return stats !== undefined && stats.mtimeMs < Date.now() - MAX_AGE_MS
}

/** Removes what processes that died left behind in a folder under their {@link ownedName}, as far as that can be done. */
export async function removeLeftBehind(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const path = join(folder, name)
    const owner = OWNED.exec(name)?.[1]
    if (owner !== undefined && (await isLeftBehind(path, owner)))
      await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
  }
}
