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
    return this.#files(this.schema, inputs, [])
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
    const branch = this.#branch(schema, value)
    const items = itemsOf(branch)
    if (Array.isArray(value)) return items === undefined ? value : value.map((item) => this.#declared(items, item))
    if (!isObject(value) || isOpen(branch)) return value
    const members = Object.entries(value).flatMap(([name, member]): [string, JsonValue][] => {
      const child = branch.properties?.[name] ?? branch.additionalProperties
      return typeof child === 'object' ? [[name, this.#declared(child, member)]] : []
    })
    return Object.fromEntries(members)
  }

  #files(schema: JsonSchema, value: JsonValue, path: readonly (string | number)[]): InputFile[] {
    const branch = this.#branch(schema, value)
    if (isFileSchema(branch)) return [{ pointer: jsonPointer(...path), reference: value as unknown as FileReference }]
    return childrenOf(branch, value).flatMap(([name, child, member]) => this.#files(child, member, [...path, name]))
  }

  #normalize(
    schema: JsonSchema,
    value: JsonValue,
    identityOf: (reference: FileReference) => string | undefined,
  ): NormalizedInputs {
    const branch = this.#branch(schema, value)
    if (isFileSchema(branch)) {
      const version = identityOf(value as unknown as FileReference)
      const identity = version === undefined ? value : { ...(value as JsonObject), [IDENTITY]: version }
      return { inputs: value, identity }
    }
    const children = childrenOf(branch, value).map(
      ([name, child, member]) => [name, this.#normalize(child, member, identityOf)] as const,
    )
    if (Array.isArray(value))
      return normalizedList(
        branch,
        value,
        children.map(([, child]) => child),
      )
    if (!isObject(value)) return { inputs: value, identity: value }
    return {
      inputs: { ...value, ...Object.fromEntries(children.map(([name, child]) => [name, child.inputs])) },
      identity: { ...value, ...Object.fromEntries(children.map(([name, child]) => [name, child.identity])) },
    }
  }

  /** The branch of a union that the value is valid by; a schema without branches is its own. */
  #branch(schema: JsonSchema, value: JsonValue): JsonSchema {
    const branches = schema.anyOf ?? schema.oneOf
    if (branches === undefined) return schema
    // On a clone: a branch that does not fit may have filled in its defaults before it knew.
    const fitting = branches.find((branch) => this.validators.of(branch)(structuredClone(value)))
    return fitting === undefined ? schema : this.#branch(fitting, value)
  }
}

function normalizedList(
  schema: JsonSchema,
  value: readonly JsonValue[],
  children: NormalizedInputs[],
): NormalizedInputs {
  const items = children.length === value.length ? children : value.map((item) => ({ inputs: item, identity: item }))
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

type Child = [name: string | number, schema: JsonSchema, value: JsonValue]

function childrenOf(schema: JsonSchema, value: JsonValue): Child[] {
  const items = itemsOf(schema)
  if (Array.isArray(value)) return items === undefined ? [] : value.map((item, index): Child => [index, items, item])
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]): Child[] => {
    const child = schema.properties?.[name] ?? schema.additionalProperties
    return typeof child === 'object' ? [[name, child, member]] : []
  })
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

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
