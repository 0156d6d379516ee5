import type { CommandContext } from './commands.js'
import { commands } from './commands.js'
import { type Flag, flags } from './flags.js'
import { flagsText } from './flags-text.js'
import type { ParsedArguments } from './parse-arguments.js'

/** Does one thing with a FITS file; resolves to the exit code. */
export type FitsCommandMain = (file: string, parsed: ParsedArguments, context: CommandContext) => Promise<number>

/** What can be done with a FITS file. */
interface FitsCommand {
  /** What is written behind `datalab fits`. */
  readonly synopsis: string
  readonly summary: string
  readonly flags: readonly Flag[]
  readonly load: () => Promise<FitsCommandMain>
}

const { fitsCompression, hdu, help, json, output, stored } = flags

/** What can be done with a FITS file, in the order of the help. */
export const fitsCommands: Readonly<Record<string, FitsCommand>> = {
  info: {
    synopsis: 'info FILE [--json]',
    summary: 'Lists the HDUs of a file, a line each.',
    flags: [json, help],
    load: async () => (await import('./fits-info.js')).fitsInfo,
  },
  header: {
    synopsis: 'header FILE [--hdu N|NAME] [--stored]',
    summary: 'Shows the headers of a file, a line for each card.',
    flags: [hdu, stored, help],
    load: async () => (await import('./fits-header.js')).fitsHeader,
  },
  dump: {
    synopsis: 'dump FILE',
    summary: 'Writes all that a file says as one line of JSON, with hashes of its images and columns.',
    flags: [help],
    load: async () => (await import('./fits-dump.js')).fitsDump,
  },
  verify: {
    synopsis: 'verify FILE [--json]',
    summary:
      'Says what is wrong with a file, in plain sentences; exits with 1 where there is an error, not for warnings.',
    flags: [json, help],
    load: async () => (await import('./fits-verify.js')).fitsVerify,
  },
  compress: {
    synopsis: 'compress FILE [-o FILE.fz] [--fits-compression lossless|quantize:Q]',
    summary: 'Compresses the images of a file tile by tile, as fpack does: without loss unless told otherwise.',
    flags: [output, fitsCompression, help],
    load: async () => (await import('./fits-compress.js')).fitsCompress,
  },
  decompress: {
    synopsis: 'decompress FILE.fz [-o FILE]',
    summary: 'Undoes the compression of a file, tile by tile or by gzip, as funpack does.',
    flags: [output, help],
    load: async () => (await import('./fits-compress.js')).fitsDecompress,
  },
  preview: {
    synopsis: 'preview FILE -o x.jpg [--hdu N|NAME]',
    summary: 'Makes a grey JPEG of an image, however large it is; of a cube that of its first plane.',
    flags: [output, hdu, help],
    load: async () => (await import('./fits-preview.js')).fitsPreview,
  },
}

/** How to use `datalab fits`, or one of the things that it does. */
export function fitsHelp(name?: string): string {
  const command = name !== undefined && Object.hasOwn(fitsCommands, name) ? fitsCommands[name] : undefined
  if (command) {
    return `${[`datalab fits ${command.synopsis}`, '', command.summary, '', flagsText(command.flags)].join('\n')}\n`
  }
  const { flags: all, summary } = commands.fits
  const width = Math.max(...Object.values(fitsCommands).map(({ synopsis }) => synopsis.length))
  const lines = Object.values(fitsCommands).map((one) => `  datalab fits ${one.synopsis.padEnd(width)}  ${one.summary}`)
  return `${[summary, '', ...lines, '', flagsText(all)].join('\n')}\n`
}
