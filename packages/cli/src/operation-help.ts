import { type AnyOperationInfo, kebabCase, type WizardInput, wizardDescription } from '@datalab/core'
import { type CommandName, commands } from './commands.js'
import type { Flag } from './flags.js'
import { flagSynopsis, flagsText } from './flags-text.js'
import { inputFlags } from './input-kind.js'

/** How to use an operation on the command line: what it does, and its inputs. */
export function operationText(info: AnyOperationInfo): string {
  const { id, name, description, version, revision } = info
  const title = `${name} (${id}${version === undefined ? '' : ` ${version}`}, revision ${revision})`
  return [title, '', description, '', inputsText(info)].join('\n')
}

/** How to use a command with an operation. */
export function operationHelp(command: CommandName, info: AnyOperationInfo): string {
  const { flags, summary, synopsis } = commands[command]
  const usage = `datalab ${synopsis.replace(/<operation>(\|\S+)?/, kebabCase(info.name))}`
  return `${[usage, '', summary, '', operationText(info), '', flagsText(flags)].join('\n')}\n`
}

function inputsText(info: AnyOperationInfo): string {
  const { inputs } = wizardDescription(info)
  const flags = new Map(inputFlags(info.inputs).map((flag) => [flag.name, flag]))
  const entries = Object.entries(inputs).map(([name, input]) => inputText(flags.get(name), name, input))
  return entries.length === 0 ? 'It has no inputs.' : ['Inputs:', ...entries].join('\n')
}

function inputText(flag: Flag | undefined, name: string, input: WizardInput): string {
  const written = flag === undefined ? `"${name}" in --inputs` : flagSynopsis(flag)
  const facts = [input.type, rangeText(input), defaultText(input)].filter((fact) => fact !== '').join(', ')
  return `  ${written}\n      ${input.name} (${facts})${input.description === '' ? '' : `: ${input.description}`}`
}

function rangeText({ minimum, maximum }: WizardInput): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`
  if (minimum !== undefined) return `at least ${minimum}`
  return maximum === undefined ? '' : `at most ${maximum}`
}

function defaultText(input: WizardInput): string {
  if (input.default !== undefined) return `default ${JSON.stringify(input.default)}`
  return input.required === false ? 'optional' : ''
}
