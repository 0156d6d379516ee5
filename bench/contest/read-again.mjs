import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'

const buffer = new Uint8Array(4 * 2 ** 20)

/**
 * Reads files, so that whoever reads them next finds them where the last one has: in the memory of the system. What others have written is on disk
 * before, so that nobody waits for it.
 *
 * @param {readonly string[]} paths
 */
export function readAgain(paths) {
  spawnSync('sync')
  for (const path of new Set(paths)) {
    const file = openSync(path)
    while (readSync(file, buffer) > 0);
    closeSync(file)
  }
}
