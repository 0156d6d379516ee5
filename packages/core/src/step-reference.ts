import type { JsonSchema } from './input-schema.js'
import type { JsonObject, JsonValue } from './json.js'

/** The outputs of a step, in the place of files. */
export interface OutputsReference {
  readonly kind: 'from'
  readonly step: string
  readonly index?: JsonValue
  /** What goes with each file. */
  readonly members: JsonObject
}

/** Files of which each job takes one: the outputs of a step, or a list. */
interface EachReference {
  readonly kind: 'each'
  readonly files: OutputsReference | readonly JsonValue[]
  readonly members: JsonObject
}

export type StepReference = OutputsReference | EachReference

/**
 * What a value in the inputs of a step says of other steps; undefined where it says nothing of them. What the operation itself calls `from` or
 * `each` is its own.
 *
 * @param schema of the values at this place
 */
export function referenceIn(schema: JsonSchema | undefined, value: JsonValue): StepReference | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { from, each, index, ...members } = value as JsonObject
  if (typeof from === 'string' && !declares(schema, 'from'))
    return { kind: 'from', step: from, ...(index !== undefined && { index }), members }
  if (each === undefined || declares(schema, 'each')) return undefined
  const rest = index === undefined ? members : { ...members, index }
  if (typeof each === 'string') return { kind: 'each', files: { kind: 'from', step: each, members: {} }, members: rest }
  return Array.isArray(each) ? { kind: 'each', files: each, members: rest } : undefined
}

/** Whether values by this schema may be lists. */
export function isListSchema(schema: JsonSchema | undefined): boolean {
  return [schema?.type].flat().includes('array') || branchesOf(schema).some(isListSchema)
}

/** The schema of an item of a list, and of a member of an object; undefined where that cannot be told. */
export function itemSchemaOf(schema: JsonSchema | undefined, index: number): JsonSchema | undefined {
  const lists = [schema, ...branchesOf(schema)].filter((one) => one?.items !== undefined)
  const items = lists[0]?.items as JsonSchema | readonly JsonSchema[] | undefined
  return Array.isArray(items) ? items[index] : (items as JsonSchema | undefined)
}

export function memberSchemaOf(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  for (const { properties, additionalProperties } of [schema ?? {}, ...branchesOf(schema)]) {
    if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name]
    if (typeof additionalProperties === 'object') return additionalProperties
  }
  return undefined
}

function declares(schema: JsonSchema | undefined, name: string): boolean {
  return [schema, ...branchesOf(schema)].some((one) => one?.properties && Object.hasOwn(one.properties, name))
}

function branchesOf(schema: JsonSchema | undefined): readonly JsonSchema[] {
  return [...(schema?.anyOf ?? []), ...(schema?.oneOf ?? []), ...(schema?.allOf ?? [])]
}
