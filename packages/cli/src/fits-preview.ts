import { writeFile } from 'node:fs/promises'
import type { Fits, ImageHdu } from '@datalab/fits'
import { EXIT, usageError } from './command-error.js'
import type { FitsCommandMain } from './fits-commands.js'
import { flags } from './flags.js'
import { chosenHdus, openFitsFile } from './open-fits-file.js'
import { outputPath, written } from './output-file.js'

/** Names of what it does not write, though somebody may think so. */
const OTHER_FORMATS = /\.(?:png|gif|webp|avif|heic|bmp|tiff?|svg|pdf|fits?|fts|fz|gz)$/i

/** `datalab fits preview`: a grey JPEG of an image, north where the file has it, stretched by zscale. */
export const fitsPreview: FitsCommandMain = async (file, parsed, { io, terminal }) => {
  const output = parsed.value(flags.output)
  if (output === undefined) throw usageError(`Say where to: 'datalab fits preview ${file} -o x.jpg'.`)
  if (OTHER_FORMATS.test(output))
    throw usageError(`'fits preview' writes a JPEG, not ${output}. Give a name such as x.jpg.`)
  await using opened = await openFitsFile(file, io.cwd)
  const path = await outputPath(output, file, io.cwd)
  const image = await imageOf(opened, parsed.value(flags.hdu), file)
  if (image.planes > 1) terminal.note(`datalab: ${file} has ${image.planes} planes; this is the first.`)
  const { renderPreview } = await import('@datalab/fits')
  const { large } = await renderPreview(image)
  await written(output, () => writeFile(path, large))
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
