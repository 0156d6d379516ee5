import type { RecordDraft, Submission } from '@datalab/core'

/** A job to submit. */
export function draft(key: string): RecordDraft {
  const operation = { id: '@test/op', name: 'Test', revision: 1 }
  return { key, operation, inputs: { text: key }, provenance: { key, operation, services: {}, inputs: { text: key } } }
}

/** A request for a job. */
export function submission(id: string, principal = 'ann'): Submission {
  return { id, principal: { id: principal }, created: '2026-01-01T00:00:00.000Z', inputs: { text: id } }
}
