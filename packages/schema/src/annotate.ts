import type ts from 'typescript'
import { type DocTag, docOf, hasLostDoc, isSchemaTag, prose } from './doc.js'
import { type Keyword, tagKeyword } from './keywords.js'
import type { Schema } from './schema.js'

/** Told of each thing that cannot be expressed: where, and what to do instead. */
export type Report = (path: string, problem: string) => void

/** A schema being finished: where it lies, and the keywords something nearer than its type has set. */
export interface Target {
  readonly schema: Schema
  readonly taken: Set<string>
  readonly path: string
}

/** Writes the doc comment of a property or type into a schema, but for what is taken; what it says is taken from then on. */
export function annotate({ schema, taken, path }: Target, symbol: ts.Symbol, report: Report): void {
  if (hasLostDoc(symbol)) report(path, `${symbol.name} loses its doc comment, which must start on a line of its own`)
  const { description, tags } = docOf(symbol)
  const found = new Map<string, unknown>()
  if (description !== '') found.set('description', description)
  for (const tag of tags) {
    const keyword = tagKeyword(tag.name)
    if (keyword) found.set(tag.name, tagValue(tag, keyword, schema, path, report))
    else if (isSchemaTag(tag)) report(path, `there is no tag @${tag.name}; remove it, or check its spelling`)
  }
  for (const [name, value] of found) {
    if (!taken.has(name)) schema[name] = value
    taken.add(name)
  }
}

function tagValue(tag: DocTag, keyword: Keyword, schema: Schema, path: string, report: Report): unknown {
  const wrong = (wanted: string) => report(path, `@${tag.name} must be followed by ${wanted}, not by "${tag.text}"`)
  const value = parse(tag.text)
  switch (keyword.tag) {
    case 'number':
      if (typeof value !== 'number') wrong('a number')
      return value
    case 'boolean':
      if (tag.text === '') return true
      if (typeof value !== 'boolean') wrong('true or false')
      return value
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong('a JSON object')
      return value
    case 'default':
      if (tag.text === '') wrong('a value')
      return takesText(schema) ? asText(tag.text) : value
    default:
      if (tag.text === '') wrong('text')
      return prose(asText(tag.text))
  }
}

function takesText(schema: Schema): boolean {
  return schema.type === 'string' || typeof schema.const === 'string'
}

function asText(text: string): string {
  const value = parse(text)
  return typeof value === 'string' ? value : text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
