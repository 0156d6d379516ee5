import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'

const buffer = new Uint8Array(4 * 2 ** 20)

/** Has what others have written be on disk, so that who comes next does not wait for it. */
export function settle() {
  spawnSync('sync')
}

/**
 * Reads files, so that whoever reads them next finds them where the last one has: in the memory of the system.
 *
 * @param {readonly string[]} paths
 */
export function readAgain(paths) {
  for (const path of new Set(paths)) {
    const file = openSync(path)
    while (readSync(file, buffer) > 0);
    closeSync(file)
  }
}
