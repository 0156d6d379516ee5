/** How a command ends, as the shell sees it. */
export const EXIT = { completed: 0, failed: 1, invalid: 2, cancelled: 130 } as const

/** Ends a command with a sentence for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError'

  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The command line, or what it names, has to be changed. */
export function usageError(message: string, cause?: unknown): CommandError {
  return new CommandError(message, EXIT.invalid, { cause })
}

/** The command line is right, and it cannot be done nevertheless. */
export function failure(message: string, cause?: unknown): CommandError {
  return new CommandError(message, EXIT.failed, { cause })
}
