import { type AnyOperationClass, kebabCase, OperationRegistry } from '@datalab/core'
import { usageError } from './command-error.js'
import { nearest } from './nearest.js'
import type { Offers } from './operations.js'

/**
 * The operations on offer, held against each other.
 *
 * @param name of the only one that is wanted; all where absent
 */
export async function loadOperations(offers: Offers, name?: string): Promise<OperationRegistry> {
  const registry = new OperationRegistry()
  for (const operation of await offers.operations(name)) registry.register(operation)
  return registry
}

/**
 * The operation of this name, id, or name in kebab case.
 *
 * @throws CommandError when there is none, with the nearest there is.
 */
export async function findOperation(offers: Offers, name: string | undefined): Promise<AnyOperationClass> {
  const registry = await loadOperations(offers, name)
  const names = registry.list().map(({ info }) => kebabCase(info.name))
  if (name === undefined) throw usageError(`Name an operation. There is: ${names.join(', ')}.`)
  const operation = registry.find(name)
  if (operation !== undefined) return operation
  const meant = nearest(kebabCase(name), names)
  const hint =
    meant === undefined
      ? `There is: ${names.join(', ')}. Those of other packages are offered by --operations PACKAGE.`
      : `Did you mean '${meant}'?`
  throw usageError(`There is no operation '${name.slice(0, 100)}'. ${hint}`)
}
