import type { DataLabOptions } from '@datalab/core'
import { usageError } from './command-error.js'
import { flags } from './flags.js'
import type { ParsedArguments } from './parse-arguments.js'

const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const

/**
 * How much memory the pixels of a host's runs may take, by the command line; the host's default where it says nothing.
 *
 * @throws CommandError for a size that is none.
 */
export function memoryFrom(parsed: ParsedArguments): Pick<DataLabOptions, 'memoryBudget'> {
  const text = parsed.value(flags.memory)
  if (text === undefined) return {}
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text) ?? []
  const bytes = Number(number) * UNITS[unit.toUpperCase() as keyof typeof UNITS]
  if (bytes >= 1) return { memoryBudget: Math.floor(bytes) }
  throw usageError(`--memory takes a size such as 512M or 2G, not '${text}'.`)
}
