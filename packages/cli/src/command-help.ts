import { type CommandName, commands } from './commands.js'
import { flagsText } from './flags-text.js'

/** What `datalab` is, and its commands. */
export function generalHelp(): string {
  const width = Math.max(...Object.values(commands).map(({ synopsis }) => synopsis.length))
  const lines = Object.values(commands).map(
    ({ synopsis, summary }) => `  datalab ${synopsis.padEnd(width)}  ${summary}`,
  )
  const more =
    "'datalab run <operation> --help' lists the inputs of an operation. 'datalab --version' prints the version."
  return `${['Runs operations on astronomical images.', '', ...lines, '', more].join('\n')}\n`
}

/** How to use a command. */
export function commandHelp(name: CommandName): string {
  const { flags, summary, synopsis } = commands[name]
  return `${[`datalab ${synopsis}`, '', summary, '', flagsText(flags)].join('\n')}\n`
}
