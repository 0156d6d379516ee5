import type { Logger, LogMethod } from '@datalab/core'
import type { Terminal } from './terminal.js'

/** A logger that writes a line, and the stack of an error, to the standard error. */
export function lineLogger(terminal: Terminal): Logger {
  const method =
    (level: string): LogMethod =>
    ({ err, ...facts }, message) => {
      const shown = Object.entries(facts).map(([name, value]) => `${name}=${textOf(value)}`)
      terminal.note([`${level}: ${message}`, ...shown].join(' '))
      if (err !== undefined) terminal.note((err as Partial<Error>)?.stack ?? textOf(err))
    }
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
