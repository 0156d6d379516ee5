import { realpath, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Fits, ImageHdu } from '@datalab/fits'
import { EXIT, failure, usageError } from './command-error.js'
import type { FitsCommand } from './commands/fits.js'
import { flags } from './flags.js'
import { chosenHdus, openFitsFile } from './open-fits-file.js'

/** `datalab fits preview`: a grey JPEG of an image, north where the file has it, stretched by zscale. */
export const fitsPreview: FitsCommand = async (file, parsed, { io, terminal }) => {
  const output = parsed.value(flags.output)
  if (output === undefined) throw usageError(`Say where to: 'datalab fits preview ${file} -o x.jpg'.`)
  const path = resolve(io.cwd, output)
  await using opened = await openFitsFile(file, io.cwd)
  if ((await realpath(path).catch(() => undefined)) === (await realpath(resolve(io.cwd, file))))
    throw usageError(`${output} is the FITS file itself. Give another name.`)
  const image = await imageOf(opened, parsed.value(flags.hdu), file)
  const { width, height, planes } = image
  if (planes > 1) terminal.note(`datalab: ${file} has ${planes} planes; this is the first.`)
  const { renderPreview } = await import('@datalab/fits')
  const { large } = await renderPreview({ data: await image.readRows(0, height), width, height })
  await written(path, large, output)
  return EXIT.completed
}

async function imageOf(opened: Fits, which: string | undefined, file: string): Promise<ImageHdu> {
  const { findImage, ImageHdu } = await import('@datalab/fits')
  const [hdu] = which === undefined ? [findImage(opened)] : chosenHdus(opened, which, file)
  if (hdu instanceof ImageHdu && hdu.hasData) return hdu
  const broken = hdu?.error ?? opened.hdus.at(-1)?.error
  if (broken !== undefined) throw broken
  throw usageError(
    which === undefined ? `${file} holds no image.` : `--hdu: HDU '${which}' of ${file} is no image with pixels.`,
  )
}

async function written(path: string, bytes: Uint8Array, output: string): Promise<void> {
  try {
    await writeFile(path, bytes)
  } catch (error) {
    throw failure(`${output} cannot be written (${(error as NodeJS.ErrnoException).code}).`, error)
  }
}
