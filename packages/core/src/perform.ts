import type { StoredOutput } from './output.js'
import type { StoredRecord } from './record.js'
import type { Lease } from './record-store.js'
import type { TraceContext } from './tracing.js'

/** Which run is to be performed: JSON, so that it can be sent to another process. */
export interface PerformRequest {
  readonly record: StoredRecord
  readonly lease: Lease
  /** The span it is under, where the host traces. */
  readonly trace?: TraceContext
}

/** What a run tells of itself while it goes on. */
export interface RunReporter {
  /** Progress, 0 to 1. */
  progress(fraction: number): void
  message(text: string): void
  warn(text: string): void
  /** Whether the run waits now for room that others use: that does not count as its time, and whoever watches is told. */
  waiting?(isWaiting: boolean): void
  /** Publishes partial output. Resolves when it is written, or the run is over. */
  output(partial: StoredOutput): Promise<void>
}

/**
 * Calls an operation, wherever that is done, and resolves to its output when everything the output names is written. Rejects with what the
 * operation threw, or with the signal's reason when the run was ended: within a few seconds, whatever the operation does then.
 */
export type Perform = (request: PerformRequest, reporter: RunReporter, signal: AbortSignal) => Promise<StoredOutput>
