import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EXIT, usageError } from './command-error.js'
import type { FitsCommand } from './commands/fits.js'
import { compressionFrom } from './fits-compression.js'
import { flags } from './flags.js'
import { openFitsFile } from './open-fits-file.js'
import { outputPath, written } from './output-file.js'

/** `datalab fits compress`: the file with its images compressed tile by tile, as fpack does. */
export const fitsCompress: FitsCommand = async (file, parsed, { io }) => {
  const compression = parsed.has(flags.fitsCompression) ? compressionFrom(parsed) : 'lossless'
  if (compression === 'none')
    throw usageError("'fits compress' compresses: --fits-compression lossless, or quantize:4.")
  const output = parsed.value(flags.output) ?? (await freeName(`${file}.fz`, io.cwd))
  await rewritten(file, output, io.cwd, async (from, to) => {
    const { packFile } = await import('@datalab/fits')
    await packFile(from, to, { compression })
  })
  return EXIT.completed
}

/** `datalab fits decompress`: the file without tile compression and gzip, as funpack makes it. */
export const fitsDecompress: FitsCommand = async (file, parsed, { io }) => {
  const bare = file.replace(/\.(?:fz|gz)$/i, '')
  const named = parsed.value(flags.output)
  if (named === undefined && bare === file)
    throw usageError(`Say where to: 'datalab fits decompress ${file} -o x.fits'.`)
  const output = named ?? (await freeName(bare, io.cwd))
  await rewritten(file, output, io.cwd, async (from, to) => {
    const { unpackFile } = await import('@datalab/fits')
    await unpackFile(from, to)
  })
  return EXIT.completed
}

async function rewritten(
  file: string,
  output: string,
  cwd: string,
  rewrite: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const path = await outputPath(output, file, cwd)
  // What is wrong with the file itself is said first.
  const opened = await openFitsFile(file, cwd)
  await opened.close()
  await written(output, () => rewrite(resolve(cwd, file), path))
}

/** A name that nobody gave must not cost a file that is there. */
async function freeName(output: string, cwd: string): Promise<string> {
  const isThere = await access(resolve(cwd, output)).then(
    () => true,
    () => false,
  )
  if (isThere) throw usageError(`${output} is there already. Say by -o what to write; what is there is replaced then.`)
  return output
}
