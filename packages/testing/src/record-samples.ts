import assert from 'node:assert/strict'
import type { JobStatus, Lease, RecordDraft, RecordStore, Submission } from '@datalab/core'

/** A job to submit. */
export function draft(key: string): RecordDraft {
  const operation = { id: '@test/op', name: 'Test', revision: 1 }
  return { key, operation, inputs: { text: key }, provenance: { key, operation, services: {}, inputs: { text: key } } }
}

/** A request for a job, by somebody. */
export function submission(id: string, principal = 'ann'): Submission {
  return { id, principal: { id: principal }, created: '2026-01-01T00:00:00.000Z', inputs: { text: id } }
}

/** A lease on the job, which is there to be had. */
export async function claim(store: RecordStore, key: string, leaseMs: number, owner = 'me'): Promise<Lease> {
  const { lease } = await store.claim(key, owner, { leaseMs })
  assert.ok(lease, `there is nothing to claim of ${key}`)
  return lease
}

/** A job that was submitted, run, and ended so. */
export async function ended(store: RecordStore, key: string, status: JobStatus = 'COMPLETED'): Promise<void> {
  await store.submit(draft(key), submission(`${key}-ended`))
  assert.equal(await store.update(await claim(store, key, 60_000), { status }), true)
}

/** The status of a job; undefined where there is none. */
export async function statusOf(store: RecordStore, key: string): Promise<JobStatus | undefined> {
  return (await store.get(key))?.status
}
