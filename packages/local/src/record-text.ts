import type { StoredRecord } from '@datalab/core'

/** What the records of earlier releases lack. */
const ADDED: Pick<StoredRecord, 'outdated'> = { outdated: 0 }

/** The record that a text of the database holds. */
export function recordFrom(text: string): StoredRecord {
  return { ...ADDED, ...JSON.parse(text) }
}
