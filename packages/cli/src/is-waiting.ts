import type { JobRecord } from '@datalab/core'

/** Whether a job has not begun, and says why: that no worker of its fleet has what it needs, say. */
export function isWaiting(record: JobRecord): record is JobRecord & { readonly message: string } {
  return record.status === 'PENDING' && record.message !== null
}
