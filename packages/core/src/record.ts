import type { JsonObject } from './json.js'
import type { Output, StoredOutput } from './output.js'
import type { Provenance } from './provenance.js'

/**
 * One attempt goes PENDING -> IN_PROGRESS -> COMPLETED, FAILED or CANCELLED, or from PENDING straight to the last two.
 * Only the framework sets it.
 */
export type JobStatus = 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** Whether an attempt of this status is over. */
export function isEnded(status: JobStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}

/** Why an attempt did not complete. */
export interface RecordError {
  readonly code: string
  /** What the user reads. */
  readonly message: string
  /** Ties what the user reads to the line of the log that has the stack. */
  readonly reference?: string
}

/** How another attempt at the same job went. */
export interface AttemptSummary {
  readonly attempt: number
  readonly status: JobStatus
  readonly started: string | null
  readonly ended: string | null
  readonly error: RecordError | null
  /** The submission that its round of attempts began with; absent in records of before this was kept. */
  readonly begunBy?: string
}

/** What is known of a job, as the record store and the manifest keep it and as users read it. Times are ISO 8601, UTC. */
export interface JobState {
  /** Version of this shape. */
  readonly version: 1
  readonly key: string
  readonly operation: Provenance['operation']
  /** The inputs as the operation sees them. */
  readonly inputs: JsonObject
  readonly status: JobStatus
  /** Number of the present attempt, from 1; 0 until the first is claimed. */
  readonly attempt: number
  /** 0 to 1; within an attempt never backwards; 1 only when COMPLETED. */
  readonly progress: number
  /** What the user reads: of the work while it goes on, of the reason when it failed. */
  readonly message: string | null
  /** What the user should know of the result. */
  readonly warnings: readonly string[]
  readonly error: RecordError | null
  readonly created: string
  readonly updated: string
  readonly started: string | null
  readonly ended: string | null
  /** The attempts before this one; those after it, too, that were to replace its result, and ended without one. */
  readonly history: readonly AttemptSummary[]
  /** Where the result comes from: enough to run it again. */
  readonly provenance: Provenance
}

/** A record as it is stored: its output has object keys. Its copy in the storage, when COMPLETED, is the manifest. */
export interface StoredRecord extends JobState {
  readonly output: StoredOutput | null
  /** The submission that its round of attempts began with; absent in records of before this was kept. */
  readonly begunBy?: string
  /** How often the present submission's attempt was tried again after a failure that may pass. */
  readonly retries: number
  /** How often its worker stopped without a word. */
  readonly deaths: number
  /** Before this time it is not tried again. */
  readonly notBefore: string | null
  /** Results of attempts up to this number do not count: another was asked for. */
  readonly outdated: number
}

/** A record as it is read: its output has URLs, minted for this reading. */
export interface JobRecord extends JobState {
  readonly output: Output | null
  /** How long it will still take, in seconds, as far as the run's own progress tells; null where it does not. */
  readonly secondsLeft: number | null
  /** Whether the result was there when it was asked for. */
  readonly cached: boolean
}
