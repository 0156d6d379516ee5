import type { Logger, LogMethod } from '@datalab/core'
import type { Terminal } from './terminal.js'

/** A logger that writes a line to the standard error, and of an error what it says, or, of one that nobody has foreseen, its stack. */
export function lineLogger(terminal: Terminal): Logger {
  const method =
    (level: string): LogMethod =>
    ({ err, ...facts }, message) => {
      const shown = Object.entries(facts).map(([name, value]) => `${name}=${textOf(value)}`)
      terminal.note([`${level}: ${message}`, ...shown].join(' '))
      if (err !== undefined) terminal.note(errorText(err))
    }
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') }
}

function errorText(err: unknown): string {
  const { audience, cause, code, message, stack } = (err ?? {}) as Partial<Error> & { audience?: string; code?: string }
  if (audience === undefined || code === 'DATALAB_INTERNAL') return stack ?? textOf(err)
  // What underlies it says which service it is; what underlies that is of the system.
  const { audience: isOurs, code: below } = (cause ?? {}) as { audience?: string; code?: string }
  const reason = isOurs === undefined || below === 'DATALAB_INTERNAL' ? '' : `\n${errorText(cause)}`
  return `${code}: ${message}${reason}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
