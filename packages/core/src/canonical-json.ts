import type { JsonValue } from './json.js'

/**
 * The one text of a JSON value: members sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them (RFC 8785).
 *
 * The value must be what JSON can hold: finite numbers, well-formed strings.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const object = value as { readonly [name: string]: JsonValue }
  const members = Object.keys(object).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name] as JsonValue)}`).join(',')}}`
}
