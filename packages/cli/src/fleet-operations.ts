import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type AnyOperationClass, kebabCase } from '@datalab/core'
import { usageError } from './command-error.js'
import { offers } from './operations.js'

/**
 * Operations by their names, ids or packages: those of `datalab`, and those of packages that are installed where it was started.
 *
 * @param names all of `datalab` where absent
 * @param cwd the folder that packages are looked for from
 * @throws CommandError for one that there is not.
 */
export async function fleetOperations(names: readonly string[] | undefined, cwd: string): Promise<AnyOperationClass[]> {
  const own = await offers.operations()
  if (names === undefined) return [...own]
  const found = names.map(async (name) => {
    const known = own.filter(({ info }) => [info.id, info.id.split('#')[0], kebabCase(info.name)].includes(name))
    return known.length > 0 ? known : operationsOf(name, cwd)
  })
  return (await Promise.all(found)).flat()
}

/** The operations that a package exports. */
async function operationsOf(name: string, cwd: string): Promise<AnyOperationClass[]> {
  const module = await load(name, cwd).catch((error) => {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw usageError(
      `--operations: '${name}' is no operation of datalab, and no package that can be loaded (${reason}).${adviceOn(error)}`,
      error,
    )
  })
  const operations = Object.values(module).filter(isOperation)
  if (operations.length === 0) throw usageError(`--operations: the package '${name}' exports no operation.`)
  return operations
}

/** On what the system says of a package without a way out. */
function adviceOn(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'MODULE_NOT_FOUND') return ' Install it where you start datalab.'
  return code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? " Give its exports a 'default'." : ''
}

async function load(name: string, cwd: string): Promise<Record<string, unknown>> {
  const path = createRequire(join(cwd, 'datalab.js')).resolve(name)
  return import(pathToFileURL(path).href)
}

function isOperation(value: unknown): value is AnyOperationClass {
  const { info } = (value ?? {}) as Partial<AnyOperationClass>
  return typeof value === 'function' && typeof info?.id === 'string' && info.inputs !== undefined
}
