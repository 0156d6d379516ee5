import { type AnyOperationInfo, lintWizard, wizardDescription } from '@datalab/core'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandMain, commands } from '../commands.js'
import { findOperation } from '../find-operation.js'
import { flags } from '../flags.js'
import { operationText } from '../operation-help.js'
import { parseArguments } from '../parse-arguments.js'
import { jsonDocument, oneLine, printable } from '../printable.js'
import type { Terminal } from '../terminal.js'

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
  if (parsed.has(flags.lint)) return printFindings(info, parsed.has(flags.json), terminal)
  const text = parsed.has(flags.json) ? jsonDocument(wizardDescription(info)) : `${printable(operationText(info))}\n`
  await terminal.print(text)
  return EXIT.completed
}

/** Exits with 1 where a form could not be sent, so that a plugin's tests can ask. */
async function printFindings(info: AnyOperationInfo, isJson: boolean, terminal: Terminal): Promise<number> {
  const findings = lintWizard(wizardDescription(info))
  const lines = findings.map(({ level, input, message }) => `${level}: ${oneLine(`${input}: ${message}`)}.\n`)
  const text = lines.length === 0 ? 'A stock DataLab front end shows all of it.\n' : lines.join('')
  await terminal.print(isJson ? jsonDocument(findings) : text)
  return findings.some(({ level }) => level === 'problem') ? EXIT.failed : EXIT.completed
}
