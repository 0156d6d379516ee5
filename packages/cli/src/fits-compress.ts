import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EXIT, usageError } from './command-error.js'
import type { CommandContext } from './commands.js'
import type { FitsCommandMain } from './fits-commands.js'
import { flags } from './flags.js'
import { compressionFrom } from './images-options.js'
import { Interruption } from './interruption.js'
import { openFitsFile } from './open-fits-file.js'
import { outputPath, written } from './output-file.js'

/** `datalab fits compress`: the file with its images compressed tile by tile, as fpack does. */
export const fitsCompress: FitsCommandMain = async (file, parsed, context) => {
  const compression = parsed.has(flags.fitsCompression) ? compressionFrom(parsed) : 'lossless'
  if (compression === 'none')
    throw usageError("'fits compress' compresses: --fits-compression lossless, or quantize:4.")
  const output = parsed.value(flags.output) ?? (await freeName(`${file}.fz`, context.io.cwd))
  return rewritten(file, output, context, async (from, to, signal) => {
    const { packFile } = await import('@datalab/fits')
    await packFile(from, to, { compression, signal })
  })
}

/** `datalab fits decompress`: the file without tile compression and gzip, as funpack makes it. */
export const fitsDecompress: FitsCommandMain = async (file, parsed, context) => {
  const bare = file.replace(/\.(?:fz|gz)$/i, '')
  const named = parsed.value(flags.output)
  if (named === undefined && bare === file)
    throw usageError(`Say where to: 'datalab fits decompress ${file} -o x.fits'.`)
  const output = named ?? (await freeName(bare, context.io.cwd))
  return rewritten(file, output, context, async (from, to, signal) => {
    const { unpackFile } = await import('@datalab/fits')
    await unpackFile(from, to, { signal })
  })
}

async function rewritten(
  file: string,
  output: string,
  { io, terminal }: CommandContext,
  rewrite: (from: string, to: string, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const path = await outputPath(output, file, io.cwd)
  // What is wrong with the file itself is said first.
  const opened = await openFitsFile(file, io.cwd)
  await opened.close()
  using interruption = new Interruption(io, terminal)
  const { signal } = interruption
  try {
    await written(output, () => rewrite(resolve(io.cwd, file), path, signal))
  } catch (error) {
    if (signal.aborted && error === signal.reason) return EXIT.cancelled
    throw error
  }
  return EXIT.completed
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
