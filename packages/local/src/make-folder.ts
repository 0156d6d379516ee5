import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it, where they are not there; for this user alone.
 *
 * Not by Node's own option for that, which never ends where a folder can neither be found nor made, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isMade(path)) return
  await makeFolder(dirname(path))
  await mkdir(path, { mode: 0o700 }).catch(unlessCode('EEXIST'))
}

/** False where there is nothing to make it in. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 }).catch(unlessCode('EEXIST'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return false
    throw error
  }
}

function unlessCode(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error
  }
}
