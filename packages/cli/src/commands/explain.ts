import { explainKey, isProvenance, type Provenance } from '@datalab/core'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { flags } from '../flags.js'
import { readJsonText } from '../inputs-file.js'
import { parseJson } from '../json-text.js'
import { parseArguments } from '../parse-arguments.js'
import { jsonDocument, printable } from '../printable.js'

/** `datalab explain`: why two jobs have different keys. */
export const explain: CommandMain = async (argv, context) => {
  const parsed = parseArguments(argv, commands.explain.flags)
  if (parsed.has(flags.help)) {
    await context.terminal.print(commandHelp('explain'))
    return EXIT.completed
  }
  const [first, second, ...others] = parsed.positionals
  if (first === undefined || second === undefined || others.length > 0)
    throw usageError("'explain' takes two records. Give the files that 'run --json' wrote: explain A.json B.json.")
  const differences = explainKey(await provenanceIn(first, context), await provenanceIn(second, context))
  const text = differences.length === 0 ? 'They are the same job.' : differences.join('\n')
  await context.terminal.print(parsed.has(flags.json) ? jsonDocument(differences) : `${printable(text)}\n`)
  return EXIT.completed
}

/** The provenance in a record, or by itself. */
async function provenanceIn(path: string, { io }: CommandContext): Promise<Provenance> {
  const { text, label } = await readJsonText(path, io)
  const value = parseJson(text, label) as { provenance?: unknown } | null
  const provenance = (value?.provenance ?? value) as unknown
  if (!isProvenance(provenance))
    throw usageError(`${label} is no record of a job. Give a file that 'run --json' wrote.`)
  return provenance
}
