import type { Lease, RecordDraft, RecordStore, Submission } from '@datalab/core'

/** A job to submit. */
export function draft(key: string, services: Record<string, number> = {}): RecordDraft {
  const operation = { id: '@test/op', name: 'Test', revision: 1 }
  return { key, operation, inputs: { text: key }, provenance: { key, operation, services, inputs: { text: key } } }
}

/** A request for a job, by somebody. */
export function submission(id: string, principal = 'ann'): Submission {
  return { id, principal: { id: principal }, created: '2026-01-01T00:00:00.000Z', inputs: { text: id } }
}

/** A lease on the job, which is there to be had. */
export async function claim(store: RecordStore, key: string, leaseMs: number, owner = 'me'): Promise<Lease> {
  const { lease } = await store.claim(key, owner, { leaseMs })
  if (lease === undefined) throw new Error(`there is nothing to claim of ${key}`)
  return lease
}
