import { usageError } from './command-error.js'
import { type Flag, spelled } from './flags.js'

/**
 * The names that a flag lists: `NAME,NAME`; undefined where it is not given.
 *
 * @throws CommandError for what is no such list.
 */
export function listOfNames(flag: Flag, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('')) throw usageError(`${spelled(flag)}: '${text}' is no list of names: NAME,NAME.`)
  return names
}
