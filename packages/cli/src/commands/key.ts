import { datalabPythonKey, wizardDescription } from '@datalab/core'
import { EXIT, usageError } from '../command-error.js'
import { type CommandContext, type CommandMain, commands } from '../commands.js'
import { findOperation } from '../find-operation.js'
import { flags } from '../flags.js'
import { readJsonText } from '../inputs-file.js'
import { readJobRequest } from '../job-request.js'
import { keyOf } from '../lab.js'
import { parseArguments, splitFirst } from '../parse-arguments.js'

/** `datalab key`: the key of a job, alone. */
export const key: CommandMain = async (argv, context) => {
  const { first, rest } = splitFirst(argv, commands.key.flags)
  const text = rest.includes('--python') ? await pythonKey(first, rest, context) : await keyFor(argv, context)
  if (text !== undefined) await context.terminal.print(`${text}\n`)
  return EXIT.completed
}

async function keyFor(argv: readonly string[], context: CommandContext): Promise<string | undefined> {
  const request = await readJobRequest('key', argv, context)
  return request && keyOf(request, context)
}

/** From the very text: it tells 15 from 15.0, and so does the key. */
async function pythonKey(name: string | undefined, rest: readonly string[], context: CommandContext): Promise<string> {
  const { info } = await findOperation(context.offers, name)
  const parsed = parseArguments(rest, commands.key.flags)
  const path = parsed.value(flags.inputs)
  if (path === undefined || parsed.positionals.length > 0)
    throw usageError("'key --python' makes the key from a JSON text alone. Give all inputs by --inputs FILE.json.")
  const { text } = await readJsonText(path, context.io)
  return datalabPythonKey(info.name, text, wizardDescription(info))
}
