import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Fits, Hdu } from '@datalab/fits'
import { usageError } from './command-error.js'

/**
 * Opens the FITS file that an argument names.
 *
 * @throws CommandError when there is no such file, or it may not be read; what is wrong with the file itself is thrown as it is.
 */
export async function openFitsFile(file: string, cwd: string): Promise<Fits> {
  const { openFits } = await import('@datalab/fits')
  return explained(file, cwd, openFits)
}

/** What `read` makes of the file that an argument names. */
export async function explained<Result>(
  file: string,
  cwd: string,
  read: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = resolve(cwd, file)
  try {
    return await read(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw usageError(`${file} does not exist. Check its name.`, error)
    if (code === 'EACCES' || code === 'EPERM')
      throw usageError(`${file} may not be read. Change its permissions.`, error)
    if (code === 'EISDIR' || (await isFolder(path))) throw usageError(`${file} is a folder. Give a FITS file.`, error)
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

/**
 * The HDU of this number, all of this name, or all there are.
 *
 * @throws CommandError when there is none.
 */
export function chosenHdus(opened: Fits, which: string | undefined, file: string): readonly Hdu[] {
  if (which === undefined) return opened.hdus
  const name = which.trim().toUpperCase()
  const isNumber = /^\d+$/.test(name)
  const chosen = opened.hdus.filter(({ index, extname }) =>
    isNumber ? index === Number(name) : extname.toUpperCase() === name,
  )
  if (chosen.length > 0) return chosen
  const known = opened.hdus.map(({ index, extname }) => (extname === '' ? String(index) : `${index} (${extname})`))
  throw usageError(`--hdu: ${file} has no HDU '${which}'. There is: ${known.join(', ')}.`)
}
