import type { StoredRecord } from '@datalab/core'

/**
 * A record as it is kept and told: JSON of those members that change often, and of parts with members that may be large, each of which is written
 * when it changes, and need not be told twice. What a record says itself counts, whatever a part says.
 */
export interface RecordTexts {
  readonly record: string
  readonly parts: readonly string[]
}

/** A part of a record. */
export interface RecordPart {
  readonly name: 'job' | 'output'
  readonly text: string
}

/** Members of a record, by name. */
type Members = Partial<StoredRecord>

/** What the records of earlier releases lack. */
const ADDED: Members = { outdated: 0 }

/**
 * The record that texts of the database hold.
 *
 * @throws where they hold no whole record: some of the file was lost.
 */
export function recordFrom({ record, parts }: RecordTexts): StoredRecord {
  const whole: Members = recordOf(record, membersIn(parts))
  if (whole.inputs === undefined || whole.output === undefined)
    throw new Error(`a part of the record of ${whole.key} is missing`)
  return whole as StoredRecord
}

/** The members that parts of a record hold. */
export function membersIn(parts: readonly string[]): Members {
  return Object.assign({}, ...parts.map((text) => JSON.parse(text)))
}

/** The record whose large members are known. */
export function recordOf(record: string, members: Members): StoredRecord {
  return { ...ADDED, ...members, ...JSON.parse(record) }
}

/** A record without its large members, to be kept. */
export function ownText(record: StoredRecord): string {
  // null is not large, and takes the place of an output that there was.
  const output = record.output === null ? null : undefined
  return JSON.stringify({ ...record, inputs: undefined, provenance: undefined, output })
}

/** The parts of a record, of those large members that it has: whoever changes a record need not have read them. */
export function partsOf({ inputs, provenance, output }: Members): RecordPart[] {
  const parts: RecordPart[] = []
  if (inputs !== undefined) parts.push({ name: 'job', text: JSON.stringify({ inputs, provenance }) })
  if (output !== undefined && output !== null) parts.push({ name: 'output', text: JSON.stringify({ output }) })
  return parts
}
