import { canonicalJson } from './canonical-json.js'
import type { JsonObject, JsonValue } from './json.js'
import { IDENTITY } from './normalize-inputs.js'

/** Where a result comes from: enough to run it again. No absolute path and no time of day, so that the same job gives the same bytes. */
export interface Provenance {
  /** The key of the job. */
  readonly key: string
  readonly operation: {
    readonly id: string
    readonly name: string
    readonly revision: number
    readonly version?: string
  }
  /** Revision of each service the operation requires, by the service's id. */
  readonly services: Readonly<Record<string, number>>
  /** Those settings of these services that change results, by the service's id; absent where none has any. */
  readonly settings?: Readonly<Record<string, JsonValue>>
  /** The inputs as the operation saw them; each file with the identity it had. */
  readonly inputs: JsonObject
}

/** The line before the JSON of a provenance. */
export const PROVENANCE_BEGIN = 'DataLab provenance begins'
/** The line after it. */
export const PROVENANCE_END = 'DataLab provenance ends'

/**
 * A provenance as lines of printable ASCII, none longer than `width`, for a FITS header's HISTORY.
 *
 * First a sentence for people, then, between {@link PROVENANCE_BEGIN} and {@link PROVENANCE_END}, the canonical JSON cut into lines: joined
 * without anything between them they are the JSON again. No such line begins or ends with a blank, which a FITS reader may drop.
 */
export function provenanceLines(provenance: Provenance, width = 72): string[] {
  const { name, id, version, revision } = provenance.operation
  const summary = `${name} by ${id}${version === undefined ? '' : ` ${version}`}, revision ${revision}`
  const json = escapeJson(canonicalJson(provenance as unknown as JsonObject))
  return [...cut(escapeJson(summary), width), PROVENANCE_BEGIN, ...cut(json, width), PROVENANCE_END]
}

/**
 * The provenance in lines of a FITS header's HISTORY: the last, since a file may have those of what it was made from before its own;
 * `undefined` where there is none that is whole.
 */
export function parseProvenance(lines: readonly string[]): Provenance | undefined {
  const begin = lines.lastIndexOf(PROVENANCE_BEGIN)
  const end = lines.indexOf(PROVENANCE_END, begin)
  if (begin < 0 || end < 0) return undefined
  try {
    const value: unknown = JSON.parse(lines.slice(begin + 1, end).join(''))
    return isProvenance(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a value has all members of a provenance. */
export function isProvenance(value: unknown): value is Provenance {
  if (!isObject(value)) return false
  const { key, operation, services, inputs } = value
  return (
    typeof key === 'string' &&
    isObject(operation) &&
    typeof operation.id === 'string' &&
    typeof operation.name === 'string' &&
    typeof operation.revision === 'number' &&
    isObject(services) &&
    isObject(inputs)
  )
}

/** The inputs that ask for the same job again: those of a provenance without the identities of files. */
export function inputsOf({ inputs }: Pick<Provenance, 'inputs'>): JsonObject {
  return withoutIdentity(inputs) as JsonObject
}

function withoutIdentity(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutIdentity)
  if (!isObject(value)) return value
  const members = Object.entries(value as JsonObject).filter(([name]) => name !== IDENTITY)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutIdentity(member)]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function escapeJson(text: string): string {
  return text.replace(/[^ -~]/g, unicodeEscape)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Lines of at most `width`. A blank that would begin or end one is written as an escape: JSON has blanks in its strings only. */
function cut(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text.replace(/ $/, unicodeEscape)
  while (rest !== '') {
    if (rest.startsWith(' ')) rest = unicodeEscape(' ') + rest.slice(1)
    const line = rest.slice(0, width).trimEnd()
    lines.push(line)
    rest = rest.slice(line.length)
  }
  return lines
}
