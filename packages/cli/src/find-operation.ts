import { type AnyOperationClass, kebabCase, OperationRegistry } from '@datalab/core'
import { usageError } from './command-error.js'
import { suggestion } from './nearest.js'
import type { Offers } from './operations.js'

/** All operations on offer, held against each other. */
export async function loadOperations(offers: Offers): Promise<OperationRegistry> {
  const registry = new OperationRegistry()
  for (const operation of await offers.operations()) registry.register(operation)
  return registry
}

/**
 * The operation of this name, id, or name in kebab case.
 *
 * @throws CommandError when there is none, with the nearest there is.
 */
export async function findOperation(offers: Offers, name: string | undefined): Promise<AnyOperationClass> {
  const registry = await loadOperations(offers)
  const names = registry.list().map(({ info }) => kebabCase(info.name))
  if (name === undefined) throw usageError(`Name an operation. There is: ${names.join(', ')}.`)
  const operation = registry.find(name)
  if (operation !== undefined) return operation
  throw usageError(`There is no operation '${name.slice(0, 100)}'. ${suggestion(kebabCase(name), names)}`)
}
