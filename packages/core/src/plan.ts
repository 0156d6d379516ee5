import type { JsonObject } from './json.js'
import type { AnyOperationInfo } from './operation-info.js'
import type { StoredRecord } from './record.js'

/** What would happen if a job were submitted. */
export interface Plan {
  readonly key: string
  readonly operation: AnyOperationInfo
  /** The inputs as the operation would see them. */
  readonly inputs: JsonObject
  /** Whether its result is there. */
  readonly cached: boolean
  /** Why, in a sentence. */
  readonly reason: string
}

/** Why a job would be run, or would not. */
export function reasonOf(
  record: StoredRecord | undefined,
  result: StoredRecord | undefined,
  isForced: boolean,
): string {
  if (result !== undefined) return isForced ? 'It is run again although its result is there.' : 'Its result is there.'
  switch (record?.status) {
    case undefined:
      return 'It was not run before.'
    case 'PENDING':
    case 'IN_PROGRESS':
      return 'It is under way.'
    case 'COMPLETED':
      return 'It was run before, but objects of its result are gone.'
    default:
      return `It was run before, and ${record?.status === 'FAILED' ? 'failed' : 'was cancelled'}.`
  }
}
