import { wizardDescription } from '@datalab/core'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandMain, commands } from '../commands.js'
import { findOperation } from '../find-operation.js'
import { flags } from '../flags.js'
import { operationText } from '../operation-help.js'
import { parseArguments } from '../parse-arguments.js'
import { jsonDocument, printable } from '../printable.js'

/** `datalab describe`: what an operation does, and what it takes. */
export const describe: CommandMain = async (argv, { offers, terminal }) => {
  const parsed = parseArguments(argv, commands.describe.flags)
  if (parsed.has(flags.help)) {
    await terminal.print(commandHelp('describe'))
    return EXIT.completed
  }
  const [name, ...others] = parsed.positionals
  if (others.length > 0) throw usageError(`'describe' takes one operation. Leave '${others[0]}' out.`)
  const { info } = await findOperation(offers, name)
  const text = parsed.has(flags.json) ? jsonDocument(wizardDescription(info)) : `${printable(operationText(info))}\n`
  await terminal.print(text)
  return EXIT.completed
}
