import type { Report } from './annotate.js'
import { keywords } from './keywords.js'
import type { Schema } from './schema.js'

/**
 * The finished schema: keywords in their fixed order, limits on the alternatives they apply to. Reports limits and defaults that can never apply: a
 * strict validator refuses such a schema, or ignores what it says.
 */
export function tidy(schema: Schema, path: string, report: Report): Schema {
  return new Tidying(report).schema(schema, path, false)
}

class Tidying {
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  schema(schema: Schema, path: string, inUnion: boolean): Schema {
    if (schema.anyOf) this.#distribute(schema, path)
    else this.#limits(schema, path)
    this.#default(schema, path, inUnion)
    for (const keyword of Object.keys(schema))
      if (!Object.hasOwn(keywords, keyword))
        this.#report(path, `the type needs "${keyword}", which inputs do not have; use a simpler type`)
    const entries = Object.keys(keywords).flatMap((keyword) =>
      schema[keyword] === undefined ? [] : [[keyword, this.#inner(schema, keyword, path, inUnion)] as const],
    )
    return Object.fromEntries(entries)
  }

  #inner(schema: Schema, keyword: string, path: string, inUnion: boolean): unknown {
    const { items, properties, additionalProperties, anyOf } = schema
    if (keyword === 'items' && Array.isArray(items))
      return items.map((item, index) => this.schema(item, `${path}[${index}]`, inUnion))
    if (keyword === 'items' && items && !Array.isArray(items)) return this.schema(items, `${path}[]`, inUnion)
    if (keyword === 'anyOf' && anyOf) return anyOf.map((member) => this.schema(member, path, true))
    if (keyword === 'additionalProperties' && typeof additionalProperties === 'object')
      return this.schema(additionalProperties, `${path}.*`, inUnion)
    if (keyword === 'properties' && properties) {
      const members = Object.entries(properties)
      return Object.fromEntries(
        members.map(([name, member]) => [name, this.schema(member, `${path}.${name}`, inUnion)]),
      )
    }
    return schema[keyword]
  }

  /** Moves limits to the alternatives of a union that they can limit. */
  #distribute(schema: Schema, path: string): void {
    for (const keyword of Object.keys(schema)) {
      const limits = keywords[keyword]?.limits
      if (!limits) continue
      const members = (schema.anyOf ?? []).filter(({ type }) => limits.includes(String(type)))
      for (const member of members) member[keyword] ??= schema[keyword]
      if (members.length === 0) this.#misplaced(keyword, limits, path)
      delete schema[keyword]
    }
  }

  #limits(schema: Schema, path: string): void {
    for (const keyword of Object.keys(schema)) {
      const limits = keywords[keyword]?.limits
      if (limits && !limits.includes(String(schema.type))) this.#misplaced(keyword, limits, path)
    }
  }

  #misplaced(keyword: string, limits: readonly string[], path: string): void {
    this.#report(path, `@${keyword} is for ${nouns[limits[0] ?? '']}, which this is not; remove it`)
  }

  #default(schema: Schema, path: string, inUnion: boolean): void {
    if (schema.default === undefined) return
    if (inUnion) this.#report(path, '@default has no effect inside a union; give it to the member that holds the union')
    else if (!allows(schema, schema.default))
      this.#report(path, `@default ${JSON.stringify(schema.default)} is not a value of its type`)
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: 'strings',
  number: 'numbers',
  array: 'lists',
  object: 'objects',
}

function allows(schema: Schema, value: unknown): boolean {
  if (schema.anyOf) return schema.anyOf.some((member) => allows(member, value))
  if (schema.const !== undefined) return schema.const === value
  if (schema.enum) return schema.enum.includes(value)
  return hasType(schema.type, value) && inRange(schema, value)
}

function hasType(type: unknown, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'null') return value === null
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

function inRange(schema: Schema, value: unknown): boolean {
  if (typeof value !== 'number') return true
  const limit = (keyword: string, otherwise: number) => (schema[keyword] as number | undefined) ?? otherwise
  return (
    value >= limit('minimum', -Infinity) &&
    value <= limit('maximum', Infinity) &&
    value > limit('exclusiveMinimum', -Infinity) &&
    value < limit('exclusiveMaximum', Infinity)
  )
}
