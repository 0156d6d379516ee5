import { EXIT, usageError } from '../command-error.js'
import { type CommandMain, commands } from '../commands.js'
import { fitsCommands, fitsHelp } from '../fits-commands.js'
import { spelled } from '../flags.js'
import { suggestion } from '../nearest.js'
import { parseArguments } from '../parse-arguments.js'

/** `datalab fits`: what a FITS file holds, and other forms of it. */
export const fits: CommandMain = async (argv, context) => {
  const { flags } = commands.fits
  const parsed = parseArguments(argv, flags)
  const [name, file, ...others] = parsed.positionals
  const help = flags.find((flag) => flag.name === 'help')!
  if (parsed.has(help) || name === 'help') {
    await context.terminal.print(fitsHelp(name === 'help' ? file : name))
    return EXIT.completed
  }
  const names = Object.keys(fitsCommands)
  if (name === undefined) throw usageError(`Say what to do with the file: datalab fits ${names.join('|')} FILE.`)
  if (!Object.hasOwn(fitsCommands, name))
    throw usageError(`There is no command 'fits ${name.slice(0, 100)}'. ${suggestion(name, names)}`)
  const command = fitsCommands[name]!
  const stray = flags.find((flag) => parsed.has(flag) && !command.flags.includes(flag))
  if (stray) throw usageError(`'fits ${name}' has no ${spelled(stray)}. Leave it out.`)
  if (file === undefined || file === '') throw usageError(`Name a file: 'datalab fits ${name} FILE'.`)
  if (others.length > 0) throw usageError(`'fits ${name}' takes one file. Leave '${others[0]}' out.`)
  const run = await command.load()
  return run(file, parsed, context)
}
