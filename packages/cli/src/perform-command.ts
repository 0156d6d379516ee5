import { CommandError, EXIT } from './command-error.js'
import type { CommandContext } from './commands.js'
import type { Io } from './io.js'
import type { Offers } from './operations.js'
import { sentence } from './printable.js'
import { Terminal } from './terminal.js'

/** Does a command, and resolves to the exit code: where it fails, it is said what went wrong. Never rejects. */
export async function performCommand(
  io: Io,
  offers: Offers,
  work: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const context: CommandContext = { io, offers, terminal: new Terminal(io) }
  try {
    return await work(context)
  } catch (error) {
    return report(error, context)
  }
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
