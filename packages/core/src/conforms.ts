import type { JsonSchema } from './input-schema.js'
import { isRelativeName } from './relative-name.js'

/** Keywords that decide nothing. */
const NOTES = ['title', 'description', 'unordered', 'wizard', 'wizard_type']

/** Keywords that are looked at here. A schema with any other is not plain. */
const CHECKED = [
  ...['type', 'const', 'enum', 'format', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
  ...['items', 'properties', 'required', 'additionalProperties', 'anyOf'],
]

const KNOWN = new Set([...NOTES, ...CHECKED])

const plain = new WeakMap<JsonSchema, boolean>()

/**
 * Whether `conforms` can tell what is valid by a schema: one with simple keywords alone, as nearly all inputs have, and without defaults but
 * for those of its own properties.
 *
 * Whatever it says no to is left to the validators of ajv, which also say why.
 */
export function isPlain(schema: JsonSchema): boolean {
  const known = plain.get(schema)
  if (known !== undefined) return known
  const result = isPlainPart(withoutDefaults(schema)) && hasValidDefaults(schema)
  plain.set(schema, result)
  return result
}

/** Gives an object that conforms to a plain schema what it lacks and the schema has a default for. */
export function fillIn({ properties = {} }: JsonSchema, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const object = value as Record<string, unknown>
  for (const [name, property] of Object.entries(properties))
    if (property.default !== undefined && object[name] === undefined) object[name] = property.default
}

/**
 * Whether a JSON value is valid by a plain schema, exactly as ajv has it. It costs nothing to begin with, where ajv costs half as long as Node's
 * own start.
 */
export function conforms(schema: JsonSchema, value: unknown): boolean {
  if (!hasType(schema, value) || !isAmongValues(schema, value)) return false
  if (schema.anyOf !== undefined && !schema.anyOf.some((branch) => conforms(branch, value))) return false
  if (typeof value === 'number') return isInRange(value, schema.minimum, schema.maximum)
  if (typeof value === 'string') return isPlainText(schema, value)
  if (Array.isArray(value)) return isPlainList(schema, value)
  return typeof value !== 'object' || value === null || isPlainObject(schema, value as Record<string, unknown>)
}

function isPlainPart(schema: JsonSchema): boolean {
  return hasPlainKeywords(schema) && childrenOf(schema).every(isPlainPart)
}

function withoutDefaults(schema: JsonSchema): JsonSchema {
  if (schema.properties === undefined) return schema
  const bare = Object.entries(schema.properties).map(([name, { default: _, ...property }]) => [name, property])
  return { ...schema, properties: Object.fromEntries(bare) }
}

/** Of lists and objects each would have to get its own. */
function hasValidDefaults({ properties = {} }: JsonSchema): boolean {
  return Object.values(properties).every((property) => {
    if (!('default' in property)) return true
    return ['boolean', 'number', 'string'].includes(typeof property.default) && conforms(property, property.default)
  })
}

function hasPlainKeywords(schema: JsonSchema): boolean {
  const { type, format, items, anyOf, properties = {}, required = [] } = schema
  return (
    Object.keys(schema).every((keyword) => KNOWN.has(keyword)) &&
    (type === undefined || typeof type === 'string') &&
    (format === undefined || (format === 'relative-name' && type === 'string')) &&
    !Array.isArray(items) &&
    (anyOf === undefined || anyOf.length > 0) &&
    [schema.const, ...(schema.enum ?? [])].every((value) => typeof value !== 'object' || value === null) &&
    schema.enum?.length !== 0 &&
    // Which every object has by itself: ajv finds them there.
    [...Object.keys(properties), ...required].every((name) => !(name in Object.prototype))
  )
}

function childrenOf({ items, properties = {}, additionalProperties, anyOf = [] }: JsonSchema): JsonSchema[] {
  const more = typeof additionalProperties === 'object' ? [additionalProperties] : []
  return [...(items === undefined ? [] : [items as JsonSchema]), ...Object.values(properties), ...more, ...anyOf]
}

function hasType({ type }: JsonSchema, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'number':
      return Number.isFinite(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function isAmongValues(schema: JsonSchema, value: unknown): boolean {
  if ('const' in schema && schema.const !== value) return false
  return schema.enum === undefined || schema.enum.includes(value)
}

function isInRange(value: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean {
  return value >= least && value <= most
}

function isPlainText({ minLength, maxLength, format }: JsonSchema, text: string): boolean {
  const needsLength = minLength !== undefined || maxLength !== undefined
  if (needsLength && !isInRange([...text].length, minLength, maxLength)) return false
  return format === undefined || isRelativeName(text)
}

function isPlainList({ minItems, maxItems, items }: JsonSchema, list: readonly unknown[]): boolean {
  if (!isInRange(list.length, minItems, maxItems)) return false
  return items === undefined || list.every((item) => conforms(items as JsonSchema, item))
}

function isPlainObject(schema: JsonSchema, object: Readonly<Record<string, unknown>>): boolean {
  const { properties = {}, required = [], additionalProperties = true } = schema
  const isGiven = (name: string) => Object.hasOwn(object, name) || properties[name]?.default !== undefined
  if (!required.every(isGiven)) return false
  return Object.entries(object).every(([name, member]) => {
    if (Object.hasOwn(properties, name)) return conforms(properties[name]!, member)
    return typeof additionalProperties === 'object' ? conforms(additionalProperties, member) : additionalProperties
  })
}
