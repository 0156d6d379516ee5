import { DataLabError } from './errors.js'
import type { AnyOperationClass, OperationClass } from './operation.js'
import type { AnyOperationInfo } from './operation-info.js'

const ID = /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*(#[A-Za-z0-9-._~]+)?$/

/** The operations of a host, by id and by name. */
export class OperationRegistry {
  readonly #byId = new Map<string, AnyOperationClass>()
  readonly #byHandle = new Map<string, AnyOperationClass>()

  /**
   * Adds an operation. Adding the same class twice is the same as adding it once.
   *
   * @throws DATALAB_OPERATION_INVALID when its `info` is missing or malformed; DATALAB_OPERATION_DUPLICATE when another has its id or name.
   */
  register(operation: AnyOperationClass): void {
    const info = checkedInfo(operation)
    const handle = kebabCase(info.name)
    const before = this.#byId.get(info.id) ?? this.#byHandle.get(handle)
    if (before === operation) return
    if (before !== undefined) throw duplicate(info, before.info)
    this.#byId.set(info.id, operation)
    this.#byHandle.set(handle, operation)
  }

  /** The operation of this id, name, or name in kebab case; `undefined` where there is none. */
  find(name: string): AnyOperationClass | undefined {
    return this.#byId.get(name) ?? this.#byHandle.get(kebabCase(name))
  }

  /**
   * The operation of this id, name, or name in kebab case.
   *
   * @throws DATALAB_OPERATION_UNKNOWN when there is none, naming those there are.
   */
  get(name: string): AnyOperationClass {
    const operation = this.find(name)
    if (operation !== undefined) return operation
    const known = this.list().map(({ info }) => info.name)
    throw new DataLabError(
      'DATALAB_OPERATION_UNKNOWN',
      `There is no operation '${name.slice(0, 100)}' here. ${known.length === 0 ? 'This host has none.' : `There is: ${known.join(', ')}.`}`,
      { audience: 'user', details: { known } },
    )
  }

  /** All operations, in the order they were added. */
  list(): AnyOperationClass[] {
    return [...this.#byId.values()]
  }
}

/** `Increase Brightness` as `increase-brightness`. */
export function kebabCase(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

// On globalThis, so that an operation that brings its own copy of this package is found nevertheless.
const DEFAULT = Symbol.for('@datalab/core/defaultRegistry@1')

/** The registry that `import '<operation>/register'` adds to, and that a host without a list of its own uses. */
export function defaultRegistry(): OperationRegistry {
  const holder = globalThis as { [DEFAULT]?: OperationRegistry }
  holder[DEFAULT] ??= new OperationRegistry()
  return holder[DEFAULT]
}

/** Adds an operation to the default registry. One without `info`, or with another operation's schema, does not compile. */
export function register<Inputs extends object>(operation: OperationClass<Inputs>): void {
  defaultRegistry().register(operation)
}

function checkedInfo(operation: AnyOperationClass): AnyOperationInfo {
  if (typeof operation !== 'function')
    throw invalid('given', `is ${shown(operation)}, not a class; look for an import that is missing or circular`)
  const info = operation.info as AnyOperationInfo | undefined | null
  const name = operation.name || 'a class without a name'
  if (info === undefined || info === null) throw invalid(name, "has no 'static readonly info'; add it")
  if (typeof info.id !== 'string' || !ID.test(info.id))
    throw invalid(
      name,
      `has the id ${JSON.stringify(info.id)}; give its npm package's name, with '#name' added where one package has several`,
    )
  if (typeof info.name !== 'string' || kebabCase(info.name) === '')
    throw invalid(info.id, 'has no name of letters or digits; give one')
  if (!Number.isSafeInteger(info.revision) || info.revision < 1)
    throw invalid(info.id, `has the revision ${info.revision}; give a whole number from 1`)
  if (info.inputs?.type !== 'object' || info.inputs.properties === undefined)
    throw invalid(info.id, "has no schema of its inputs; generate it with 'datalab-schema'")
  for (const member of ['description', 'category'] as const)
    if (typeof info[member] !== 'string') throw invalid(info.id, `has the ${member} ${info[member]}; give a text`)
  checkRequires(info)
  checkLimits(info)
  return info
}

function checkRequires({ id, requires = [] }: AnyOperationInfo): void {
  if (!Array.isArray(requires))
    throw invalid(id, "has no list in 'requires'; give the keys of services, as in [Images]")
  const strange = requires.findIndex((key) => typeof key?.id !== 'string')
  if (strange >= 0)
    throw invalid(
      id,
      `requires ${String(requires[strange])}, which is the key of no service; give such as Images of @datalab/fits/images, and look for an import that is circular`,
    )
}

function checkLimits({ id, limits }: AnyOperationInfo): void {
  for (const [name, limit] of Object.entries(limits ?? {})) {
    const isCount = name === 'concurrency'
    if (limit === undefined || (typeof limit === 'number' && (isCount ? limit >= 1 : limit > 0))) continue
    const given = typeof limit === 'string' ? `'${limit}'` : limit
    throw invalid(
      id,
      `has the limit ${name}: ${given}; give a number ${isCount ? 'from 1' : 'above 0'}, or leave it out`,
    )
  }
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function invalid(name: string, what: string): DataLabError {
  return new DataLabError('DATALAB_OPERATION_INVALID', `The operation ${name} ${what}.`)
}

function duplicate(added: AnyOperationInfo, there: AnyOperationInfo): DataLabError {
  const what = added.id === there.id ? `the id '${added.id}'` : `the name '${added.name}'`
  return new DataLabError(
    'DATALAB_OPERATION_DUPLICATE',
    `Two operations have ${what}: one of ${origin(there)} and one of ${origin(added)}. Leave one of them out, or rename it.`,
    { details: { ids: [there.id, added.id], names: [there.name, added.name] } },
  )
}

function origin({ id, version }: AnyOperationInfo): string {
  return version === undefined ? id : `${id} ${version}`
}
