import type { Logger } from '@datalab/core'

/** One line of a log. */
export interface LogLine {
  readonly level: keyof Logger
  readonly facts: Readonly<Record<string, unknown>>
  readonly message: string
}

/** A logger that keeps what it is given, and hands it on. */
export function recordingLogger(next?: Logger): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: keyof Logger) => (facts: Record<string, unknown>, message: string) => {
    lines.push({ level, facts, message })
    next?.[level](facts, message)
  }
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines }
}
