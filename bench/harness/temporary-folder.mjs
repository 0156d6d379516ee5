import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The signals that end a process, with its code. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/**
 * Does work in a folder of its own, which is removed after it, and when the process is told to end.
 *
 * @template Result
 * @param {(folder: string) => Promise<Result>} work
 */
export async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'datalab-bench-'))
  const remove = () => removeAll(folder)
  const end = (signal) => process.exit(SIGNALS[signal])
  process.on('exit', remove)
  for (const signal of Object.keys(SIGNALS)) process.on(signal, end)
  try {
    return await work(folder)
  } finally {
    remove()
    process.off('exit', remove)
    for (const signal of Object.keys(SIGNALS)) process.off(signal, end)
  }
}

/** Once more where a program that is being ended has written a last file meanwhile. */
function removeAll(folder) {
  const options = { recursive: true, force: true, maxRetries: 5 }
  try {
    rmSync(folder, options)
  } catch {
    rmSync(folder, options)
  }
}
