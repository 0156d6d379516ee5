import { CommandError, EXIT, usageError } from './command-error.js'
import { generalHelp } from './command-help.js'
import { type Command, type CommandContext, commands, isCommandName } from './commands.js'
import { flags } from './flags.js'
import { type Io, processIo } from './io.js'
import { nearest } from './nearest.js'
import { type Offers, offers as ownOffers } from './operations.js'
import { sentence } from './printable.js'
import { Terminal } from './terminal.js'
import { version } from './version.js'

/**
 * Runs `datalab` with the arguments after its name, and resolves to its exit code: 0 completed, 1 failed, 2 invalid input or usage,
 * 130 cancelled. Never rejects.
 *
 * @param offers what it can run; the operations of this package by default
 * @example process.exitCode = await main(process.argv.slice(2))
 */
export async function main(argv: readonly string[], io: Io = processIo(), offers: Offers = ownOffers): Promise<number> {
  const context: CommandContext = { io, offers, terminal: new Terminal(io) }
  try {
    return await dispatch(argv, context)
  } catch (error) {
    return report(error, context)
  }
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
  const run = await commands[command].load()
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

/** Says what went wrong, in a sentence; with `DATALAB_DEBUG=1` also where. */
function report(error: unknown, { io, terminal }: CommandContext): number {
  const { message, exitCode } = explained(error)
  terminal.note(`datalab: ${message}`)
  if (io.env.DATALAB_DEBUG === '1') terminal.note(error instanceof Error ? (error.stack ?? '') : String(error))
  return exitCode
}

/** An error of the framework, by its brand's members, since its class would have to be loaded for every command. */
interface FrameworkError {
  readonly audience?: string
  readonly code?: string
  readonly message?: string
  readonly cause?: FrameworkError
}

function explained(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandError) return error
  const { audience, cause, code, message = String(error) } = error as FrameworkError
  if (code === 'DATALAB_INPUT_INVALID') return { message, exitCode: EXIT.invalid }
  if (code === 'DATALAB_SETUP_INVALID') return { message: sentence(message), exitCode: EXIT.invalid }
  // What underlies it says which store it is, and why.
  if (code === 'DATALAB_RECORDS_UNAVAILABLE' && cause?.audience !== undefined) return explained(cause)
  if (audience !== undefined) return { message: sentence(message), exitCode: EXIT.failed }
  const text = `an unexpected error: ${sentence(message)} DATALAB_DEBUG=1 shows where it comes from.`
  return { message: text, exitCode: EXIT.failed }
}
