import type { Readable } from 'node:stream'
import { type Logger, type LogMethod, serializeError } from '@datalab/core'
import type { ChildMessage } from './process-messages.js'

/** So many lines are logged of one run in each way, and no more: a run that does not stop writing fills no disk. */
const MAX_LINES = 1000
const MAX_LINE = 4000

/** A log of limited length for each run. */
export interface RunLog extends Logger {
  /** A run begins. */
  begin(): void
}

/** A log whose lines are sent to the host. */
export function relayLog(send: (message: ChildMessage) => void): RunLog {
  const at = (level: keyof Logger): LogMethod => {
    return (facts, message) => send({ kind: 'log', level, facts: plainFacts(facts), message: cut(String(message)) })
  }
  return limited({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
}

/** A log that takes so many lines of one run. */
export function limited(log: Logger): RunLog {
  let lines = 0
  const at = (level: keyof Logger): LogMethod => {
    return (facts, message) => {
      lines++
      if (lines <= MAX_LINES) log[level](facts, message)
      else if (lines === MAX_LINES + 1) log.warn({}, 'this run writes too much: the rest is not logged')
    }
  }
  const begin = () => {
    lines = 0
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), begin }
}

/** Calls back with each line of a stream, its beginning where it is long. Keeps nothing alive. */
export function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = cut(lines.pop() ?? '')
    for (const line of lines) onLine(cut(line))
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
  stream.on('error', () => {})
}

function plainFacts(facts: Record<string, unknown>): Record<string, unknown> {
  try {
    return JSON.parse(JSON.stringify(facts, (_, value) => (value instanceof Error ? serializeError(value) : value)))
  } catch {
    return {}
  }
}

function cut(line: string): string {
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE - 3)}...` : line
}
