/** Writes one line of the log: facts first, then what happened. */
export type LogMethod = (facts: Record<string, unknown>, message: string) => void

/** Where the framework and the operations log to: pino fits, and so does anything of its shape. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
}

const ignore: LogMethod = () => {}

/** A logger that writes nothing: the default. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
