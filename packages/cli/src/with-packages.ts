import { kebabCase } from '@datalab/core'
import { flags, spelled } from './flags.js'
import { fleetOperations } from './fleet-operations.js'
import { listOfNames } from './list-of-names.js'
import type { Offers } from './operations.js'

/**
 * What a command has on offer, and the operations of those packages besides that its line names. They are looked for before the line is read,
 * since the flags of an operation are its inputs.
 *
 * @param cwd the folder that packages are looked for from
 * @throws CommandError for what is no list of names.
 */
export function withPackages(offers: Offers, argv: readonly string[], cwd: string): Offers {
  const names = listOfNames(flags.packages, textOf(argv))
  return names === undefined ? offers : { ...offers, operations: (name) => operations(offers, name, names, cwd) }
}

function textOf(argv: readonly string[]): string | undefined {
  const flag = spelled(flags.packages)
  const index = argv.findIndex((argument) => argument === flag || argument.startsWith(`${flag}=`))
  const [argument, next] = argv.slice(index < 0 ? argv.length : index)
  return argument === flag ? next : argument?.slice(flag.length + 1)
}

async function operations(offers: Offers, name: string | undefined, packages: readonly string[], cwd: string) {
  const own = await offers.operations(name)
  if (own.some(({ info }) => kebabCase(info.name) === name)) return own
  const known = new Set(own.map(({ info }) => info.id))
  return [...own, ...(await fleetOperations(packages, cwd)).filter(({ info }) => !known.has(info.id))]
}
