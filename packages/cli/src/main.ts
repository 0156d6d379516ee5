import { type CommandError, EXIT, usageError } from './command-error.js'
import { generalHelp } from './command-help.js'
import { type Command, type CommandContext, commands, isCommandName } from './commands.js'
import { flags } from './flags.js'
import { type Io, processIo } from './io.js'
import { loadCommand } from './load-command.js'
import { nearest } from './nearest.js'
import { type Offers, offers as ownOffers } from './operations.js'
import { performCommand } from './perform-command.js'
import { version } from './version.js'

/**
 * Runs `datalab` with the arguments after its name, and resolves to its exit code: 0 completed, 1 failed, 2 invalid input or usage,
 * 130 cancelled. Never rejects.
 *
 * @param offers what it can run; the operations of this package by default
 * @example process.exitCode = await main(process.argv.slice(2))
 */
export function main(argv: readonly string[], io: Io = processIo(), offers: Offers = ownOffers): Promise<number> {
  return performCommand(io, offers, (context) => dispatch(argv, context))
}

async function dispatch(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined) throw usageError(`Name a command.\n\n${generalHelp().trimEnd()}`)
  if (name === '--version') {
    await context.terminal.print(`${await version()}\n`)
    return EXIT.completed
  }
  const command = name === '--help' || name === '-h' ? 'help' : name
  if (!isCommandName(command)) throw unknownCommand(name)
  const run = await loadCommand(command)
  return run(rest, await wider(commands[command], rest, context))
}

/** With the operations of packages, where the line of a command that offers operations names some. */
async function wider(
  { flags: own }: Command,
  argv: readonly string[],
  context: CommandContext,
): Promise<CommandContext> {
  const { name } = flags.packages
  if (!own.includes(flags.packages) || !argv.some((argument) => argument.startsWith(`--${name}`))) return context
  const { withPackages } = await import('./with-packages.js')
  return { ...context, offers: withPackages(context.offers, argv, context.io.cwd) }
}

function unknownCommand(name: string): CommandError {
  const names = Object.keys(commands)
  const meant = nearest(name, names)
  const hint = meant === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean '${meant}'?`
  return usageError(`There is no command '${name.slice(0, 100)}'. ${hint}`)
}
