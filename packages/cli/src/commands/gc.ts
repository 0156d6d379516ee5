import { createDataLab, type GarbageOptions, type GarbageReport, type Logger } from '@datalab/core'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { type Flag, flags, spelled } from '../flags.js'
import { garbagePlace } from '../garbage-place.js'
import { lineLogger } from '../line-logger.js'
import { type ParsedArguments, parseArguments } from '../parse-arguments.js'
import { jsonDocument } from '../printable.js'

const DAY_S = 24 * 3600

/** `datalab gc`: frees the space of what nobody needs any more. */
export const gc: CommandMain = async (argv, context) => {
  const parsed = parseArguments(argv, commands.gc.flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp('gc'))
    return EXIT.completed
  }
  const [stray] = parsed.positionals
  if (stray !== undefined) throw usageError(`'gc' takes no arguments. Leave '${stray}' out.`)
  const report = await collect(parsed, context)
  const isDry = parsed.has(flags.dryRun)
  await context.terminal.print(parsed.has(flags.json) ? jsonDocument(report) : summary(report, isDry))
  return EXIT.completed
}

async function collect(parsed: ParsedArguments, { io, terminal }: CommandContext): Promise<GarbageReport> {
  const options = garbageOptions(parsed)
  const place = await garbagePlace(parsed, io)
  const log: { log?: Logger } = parsed.has(flags.verbose) ? { log: lineLogger(terminal) } : {}
  await using lab = createDataLab({ operations: [], ...place, ...log })
  return await lab.collectGarbage(options)
}

function garbageOptions(parsed: ParsedArguments): GarbageOptions {
  const resultLife = days(parsed, flags.olderThan)
  const urlLife = days(parsed, flags.urlLife)
  return {
    dryRun: parsed.has(flags.dryRun),
    ...(resultLife === undefined ? {} : { resultLife }),
    ...(urlLife === undefined ? {} : { urlLife: urlLife * DAY_S }),
  }
}

function days(parsed: ParsedArguments, flag: Flag): number | undefined {
  const text = parsed.value(flag)
  if (text === undefined) return undefined
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw usageError(`${spelled(flag)}: '${text}' is no number of days. Give 0 or more, such as 30 or 0.5.`)
}

function summary({ marked, deleted, bytes, waiting }: GarbageReport, isDry: boolean): string {
  const done = (number: number) => (isDry ? 'would be' : number === 1 ? 'is' : 'are')
  const lines = [
    `${count(marked, 'result')} ${done(marked)} taken out of use.`,
    `${count(deleted, 'file')} ${done(deleted)} removed: ${(bytes / 1e6).toFixed(1)} MB.`,
  ]
  if (waiting > 0)
    lines.push(`${count(waiting, 'file')} ${waiting === 1 ? 'waits' : 'wait'}: somebody may still use them.`)
  return lines.map((line) => `${line}\n`).join('')
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
