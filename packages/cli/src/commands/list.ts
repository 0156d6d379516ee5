import { kebabCase } from '@datalab/core'
import { EXIT, usageError } from '../command-error.js'
import { commandHelp } from '../command-help.js'
import { type CommandMain, commands } from '../commands.js'
import { loadOperations } from '../find-operation.js'
import { flags } from '../flags.js'
import { parseArguments } from '../parse-arguments.js'
import { jsonDocument, oneLine } from '../printable.js'

/** `datalab list`: the operations there are. */
export const list: CommandMain = async (argv, { offers, terminal }) => {
  const parsed = parseArguments(argv, commands.list.flags)
  if (parsed.positionals.length > 0)
    throw usageError(`'list' takes no arguments. Leave '${parsed.positionals[0]}' out.`)
  if (parsed.has(flags.help)) {
    await terminal.print(commandHelp('list'))
    return EXIT.completed
  }
  const infos = (await loadOperations(offers)).list().map(({ info }) => info)
  if (parsed.has(flags.json)) {
    const shown = infos.map(({ id, name, category, description, revision, version }) => ({
      id,
      name,
      category,
      description,
      revision,
      version,
    }))
    await terminal.print(jsonDocument(shown))
    return EXIT.completed
  }
  const width = Math.max(0, ...infos.map(({ name }) => kebabCase(name).length))
  const lines = infos.map(({ name, description }) => {
    const [first = ''] = description.split('\n\n')
    return `${kebabCase(name).padEnd(width)}  ${oneLine(first)}\n`
  })
  await terminal.print(lines.join(''))
  return EXIT.completed
}
