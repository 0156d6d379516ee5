import { EXIT, usageError } from '../command-error.js'
import { commandHelp, generalHelp } from '../command-help.js'
import { type CommandMain, commands, isCommandName } from '../commands.js'
import { fitsHelp } from '../fits-commands.js'
import { suggestion } from '../nearest.js'
import { parseArguments } from '../parse-arguments.js'

/** `datalab help`: how to use the commands, or one of them. */
export const help: CommandMain = async (argv, { terminal }) => {
  const [name, part] = parseArguments(argv, commands.help.flags).positionals
  if (name === undefined) await terminal.print(generalHelp())
  else if (name === 'fits') await terminal.print(fitsHelp(part))
  else if (isCommandName(name)) await terminal.print(commandHelp(name))
  else throw usageError(`There is no command '${name.slice(0, 100)}'. ${suggestion(name, Object.keys(commands))}`)
  return EXIT.completed
}
