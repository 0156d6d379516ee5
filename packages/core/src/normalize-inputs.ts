import { canonicalJson } from './canonical-json.js'
import type { FileReference } from './file-source.js'
import type { JsonSchema } from './input-schema.js'
import { type JsonObject, type JsonValue, jsonPointer } from './json.js'
import type { Validators } from './validate-inputs.js'
import { wizardType } from './wizard.js'

/** A reference to a file among the inputs. */
export interface InputFile {
  readonly pointer: string
  readonly reference: FileReference
}

/** The inputs of a job in the order that has a meaning, and what they are known by. */
export interface NormalizedInputs {
  readonly inputs: JsonValue
  /** The inputs with each file's identity: equal for equal jobs. */
  readonly identity: JsonValue
}

/** The member that carries a file's identity within the identity of a job. */
export const IDENTITY = '@identity'

const FILE_TYPES = new Set(['fits', 'image'])

/** Walks inputs that are valid by a schema. */
export class InputNormalizer {
  constructor(
    private readonly schema: JsonSchema,
    private readonly validators: Validators,
  ) {}

  /** Exactly the members the schema declares, at every depth: what front ends add to references of files is left behind. */
  declared(inputs: JsonValue): JsonValue {
    return this.#declared(this.schema, inputs)
  }

  /** All references to files, in the order of the inputs. */
  files(inputs: JsonValue): InputFile[] {
    const found: InputFile[] = []
    this.#findFiles(this.schema, inputs, '', found)
    return found
  }

  /**
   * Sorts the lists that are `@unordered` by the whole item, and adds to each file its identity.
   *
   * @param identityOf the identity of a reference that {@link files} found
   */
  normalize(inputs: JsonValue, identityOf: (reference: FileReference) => string | undefined): NormalizedInputs {
    return this.#normalize(this.schema, inputs, identityOf)
  }

  #declared(schema: JsonSchema, value: JsonValue): JsonValue {
    if (!isContainer(value)) return value
    const branch = this.#branch(schema, value)
    if (Array.isArray(value)) {
      const items = itemsOf(branch)
      return items === undefined ? value : value.map((item) => this.#declared(items, item))
    }
    return isOpen(branch)
      ? value
      : mapMembers(branch, value as JsonObject, (child, member) => this.#declared(child, member))
  }

  #findFiles(schema: JsonSchema, value: JsonValue, pointer: string, found: InputFile[]): void {
    if (!isContainer(value)) return
    const branch = this.#branch(schema, value)
    if (isFileSchema(branch)) {
      found.push({ pointer, reference: value as unknown as FileReference })
      return
    }
    if (Array.isArray(value)) {
      const items = itemsOf(branch)
      if (items === undefined) return
      for (const [index, item] of value.entries()) this.#findFiles(items, item, `${pointer}/${index}`, found)
      return
    }
    for (const [name, member] of Object.entries(value)) {
      const child = memberSchema(branch, name)
      if (child !== undefined) this.#findFiles(child, member, pointer + jsonPointer(name), found)
    }
  }

  #normalize(
    schema: JsonSchema,
    value: JsonValue,
    identityOf: (reference: FileReference) => string | undefined,
  ): NormalizedInputs {
    if (!isContainer(value)) return { inputs: value, identity: value }
    const branch = this.#branch(schema, value)
    if (isFileSchema(branch)) {
      const version = identityOf(value as unknown as FileReference)
      const identity = version === undefined ? value : { ...(value as JsonObject), [IDENTITY]: version }
      return { inputs: value, identity }
    }
    if (Array.isArray(value)) {
      const items = itemsOf(branch)
      const normalized = value.map((item) =>
        items === undefined ? { inputs: item, identity: item } : this.#normalize(items, item, identityOf),
      )
      return normalizedList(branch, normalized)
    }
    const object = value as JsonObject
    const members = mapMembers(branch, object, (child, member) => this.#normalize(child, member, identityOf))
    const inputs: Record<string, JsonValue> = { ...object }
    const identity: Record<string, JsonValue> = { ...object }
    for (const [name, member] of Object.entries(members)) {
      inputs[name] = member.inputs
      identity[name] = member.identity
    }
    return { inputs, identity }
  }

  /**
   * The branch of a union that the value is valid by: of several the one that declares most of its members, so that none is lost. A schema
   * without branches is its own.
   */
  #branch(schema: JsonSchema, value: JsonValue): JsonSchema {
    const branches = schema.anyOf ?? schema.oneOf
    if (branches === undefined) return schema
    // On a clone: a branch that does not fit may have filled in its defaults before it knew.
    const fitting = branches.filter((branch) => this.validators.of(branch)(structuredClone(value)))
    const [best = schema] = fitting.sort((one, other) => declaredOf(other, value) - declaredOf(one, value))
    return best === schema ? schema : this.#branch(best, value)
  }
}

function normalizedList(schema: JsonSchema, items: NormalizedInputs[]): NormalizedInputs {
  const sorted = schema.unordered === true ? sortedByIdentity(items) : items
  return { inputs: sorted.map((item) => item.inputs), identity: sorted.map((item) => item.identity) }
}

/** By the whole item, and only then by the versions of its files. */
function sortedByIdentity(items: readonly NormalizedInputs[]): NormalizedInputs[] {
  return items
    .map((item) => ({ item, text: canonicalJson(item.inputs) }))
    .sort(
      (a, b) => compared(a.text, b.text) || compared(canonicalJson(a.item.identity), canonicalJson(b.item.identity)),
    )
    .map(({ item }) => item)
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** What becomes of each member that a schema says anything of, by name. */
function mapMembers<Result>(
  schema: JsonSchema,
  value: JsonObject,
  mapped: (schema: JsonSchema, member: JsonValue) => Result,
): Record<string, Result> {
  const members: Record<string, Result> = {}
  for (const name of Object.keys(value)) {
    const child = memberSchema(schema, name)
    if (child !== undefined) members[name] = mapped(child, value[name] as JsonValue)
  }
  return members
}

/** What a schema says of a member; undefined where it says nothing. */
function memberSchema({ properties, additionalProperties }: JsonSchema, name: string): JsonSchema | undefined {
  const isNamed = properties !== undefined && Object.hasOwn(properties, name)
  const child = isNamed ? properties[name] : additionalProperties
  return typeof child === 'object' ? child : undefined
}

/** How many of a value's members a schema names. */
function declaredOf({ properties }: JsonSchema, value: JsonValue): number {
  if (properties === undefined || typeof value !== 'object' || value === null) return 0
  return Object.keys(value).filter((name) => Object.hasOwn(properties, name)).length
}

/** Whether a schema says nothing of the members of its objects. */
function isOpen({ properties, additionalProperties }: JsonSchema): boolean {
  return properties === undefined && typeof additionalProperties !== 'object'
}

function isFileSchema(schema: JsonSchema): boolean {
  return schema.type === 'object' && FILE_TYPES.has(wizardType(schema))
}

function itemsOf(schema: JsonSchema): JsonSchema | undefined {
  return Array.isArray(schema.items) ? undefined : (schema.items as JsonSchema | undefined)
}

/** Whether a value is a list or an object. */
function isContainer(value: JsonValue): value is readonly JsonValue[] | JsonObject {
  return typeof value === 'object' && value !== null
}
