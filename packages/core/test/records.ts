import type { Lease, RecordDraft, RecordStore, Submission } from '../src/record-store.js'

/** What a job of this key is, before its first attempt. */
export function draft(key = 'k'): RecordDraft {
  const operation = { id: '@test/op', name: 'Test', revision: 1 }
  return { key, operation, inputs: {}, provenance: { key, operation, services: {}, inputs: {} } }
}

let count = 0

/** A submission of its own. */
export function submission(principal = 'ann'): Submission {
  return { id: `s${count++}`, principal: { id: principal }, created: '2026-01-01T00:00:00.000Z', inputs: {} }
}

/** Claims what is there to be claimed, for five seconds. */
export function claimer(store: RecordStore) {
  return async (key = 'k', owner = 'me', options = {}): Promise<Lease> => {
    const { lease } = await store.claim(key, owner, { leaseMs: 5000, ...options })
    if (lease === undefined) throw new Error('nothing to claim')
    return lease
  }
}
