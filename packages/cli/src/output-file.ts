import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { failure, usageError } from './command-error.js'

/**
 * The path of a file to write, which must not be that of the file to read.
 *
 * @throws CommandError when it is.
 */
export async function outputPath(output: string, file: string, cwd: string): Promise<string> {
  const path = resolve(cwd, output)
  if ((await realpath(path).catch(() => undefined)) === (await realpath(resolve(cwd, file)).catch(() => '')))
    throw usageError(`${output} is the FITS file itself. Give another name.`)
  return path
}

/** What the system says of a name that no file can have there. */
const WRONG_NAMES: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder. Name a file',
  ENOENT: 'its folder is not there. Make that first, or name another',
  ENOTDIR: 'a part of its path is a file. Name another',
}

/** What the system says of a file that cannot be written, as a sentence; other errors as they are. */
export async function written(output: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    const reason = WRONG_NAMES[code]
    if (reason !== undefined) throw usageError(`${output} cannot be written (${code}): ${reason}.`, error)
    throw failure(`${output} cannot be written (${code}).`, error)
  }
}
