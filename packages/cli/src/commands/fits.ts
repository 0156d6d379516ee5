import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { type Flag, flags, spelled } from '../flags.js'
import { suggestion } from '../nearest.js'
import { type ParsedArguments, parseArguments } from '../parse-arguments.js'

/** Does one thing with a FITS file; resolves to the exit code. */
export type FitsCommand = (file: string, parsed: ParsedArguments, context: CommandContext) => Promise<number>

/** What can be done with a file, and the flags that go with it. */
const COMMANDS: Readonly<Record<string, { flags: readonly Flag[]; load: () => Promise<FitsCommand> }>> = {
  info: { flags: [flags.json], load: async () => (await import('../fits-info.js')).fitsInfo },
  header: { flags: [flags.hdu, flags.stored], load: async () => (await import('../fits-header.js')).fitsHeader },
  dump: { flags: [], load: async () => (await import('../fits-dump.js')).fitsDump },
  verify: { flags: [flags.json], load: async () => (await import('../fits-verify.js')).fitsVerify },
  compress: {
    flags: [flags.output, flags.fitsCompression],
    load: async () => (await import('../fits-compress.js')).fitsCompress,
  },
  decompress: { flags: [flags.output], load: async () => (await import('../fits-compress.js')).fitsDecompress },
  preview: { flags: [flags.output, flags.hdu], load: async () => (await import('../fits-preview.js')).fitsPreview },
}

/** `datalab fits`: what a FITS file holds, and other forms of it. */
export const fits: CommandMain = async (argv, context) => {
  const parsed = parseArguments(argv, commands.fits.flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp('fits'))
    return EXIT.completed
  }
  const [name, file, ...others] = parsed.positionals
  const names = Object.keys(COMMANDS)
  if (name === undefined) throw usageError(`Say what to do with the file: datalab fits ${names.join('|')} FILE.`)
  if (!Object.hasOwn(COMMANDS, name)) throw usageError(`There is no command 'fits ${name}'. ${suggestion(name, names)}`)
  const command = COMMANDS[name]!
  const stray = commands.fits.flags.find((flag) => parsed.has(flag) && !command.flags.includes(flag))
  if (stray) throw usageError(`'fits ${name}' has no ${spelled(stray)}. Leave it out.`)
  if (file === undefined) throw usageError(`Name a file: 'datalab fits ${name} FILE'.`)
  if (others.length > 0) throw usageError(`'fits ${name}' takes one file. Leave '${others[0]}' out.`)
  const run = await command.load()
  return run(file, parsed, context)
}
