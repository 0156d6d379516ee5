import { createHash } from 'node:crypto'
import type { Provenance } from '@datalab/core'

/** What of a job's provenance says which code can run it. */
export type Needs = Pick<Provenance, 'operation' | 'services' | 'settings'>

/**
 * Names the code that a job needs: its operation and revision, and by a digest the services, their revisions and settings. A worker that has
 * others would keep other results under the same key.
 */
export function jobLabel({ operation, services, settings }: Needs): string {
  const { id, revision } = operation
  if (Object.keys(services).length === 0) return `${id}@${revision}`
  const surroundings = JSON.stringify(sorted({ services, settings: settings ?? {} }))
  return `${id}@${revision}+${createHash('sha256').update(surroundings).digest('hex').slice(0, 8)}`
}

/** The revisions of an operation that are among these labels, whatever services they have. */
export function revisionsOf(operationId: string, labels: readonly string[]): number[] {
  const own = labels.filter((label) => label.startsWith(`${operationId}@`))
  const revisions = own.map((label) => Number.parseInt(label.slice(operationId.length + 1), 10))
  return [...new Set(revisions)].sort((a, b) => a - b)
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]))
}
