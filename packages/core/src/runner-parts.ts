import type { RetryPolicy } from './failure.js'
import type { RunParts } from './operation-run.js'
import type { RecordStore } from './record-store.js'

/** What a runner works with. */
export interface RunnerParts extends RunParts {
  readonly records: RecordStore
  /** Names this process among those that claim jobs. */
  readonly owner: string
  /** How long a lease lasts, in milliseconds; it is renewed three times as often. */
  readonly leaseMs: number
  /** Seconds that a run may take where its operation says nothing. */
  readonly timeLimit: number
  readonly retry: RetryPolicy
}

/** The longest that a timer of Node waits: 24.8 days, as good as no limit. */
export const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds that a run of an operation may take. */
export function timeLimitOf({ operations, timeLimit }: RunnerParts, operationId: string): number {
  return Math.min((operations.find(operationId)?.info.limits?.time ?? timeLimit) * 1000, LONGEST_MS)
}
