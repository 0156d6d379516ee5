import { randomBytes } from 'node:crypto'
import retry from 'retry'
import { isDataLabError, serializeError } from './errors.js'
import type { Logger } from './logger.js'
import type { RecordError } from './record.js'
import type { RecordChange } from './record-store.js'
import { redactText } from './redact.js'

/** Where a failed run is to be found in the log. */
export interface FailureFacts {
  readonly key: string
  readonly attempt: number
  readonly operation: string
}

/** How a run that threw ends: as what, and whether it may be tried again. */
export interface Failure {
  readonly change: RecordChange & { readonly error: RecordError; readonly message: string }
  readonly mayPass: boolean
  /** Milliseconds that the service asked to be left alone for. */
  readonly waitMs?: number
}

/**
 * How a run ends that threw, and what its user reads: of an error meant for users its message, of a cancellation just that, of a service that
 * does not answer its name, of anything else a reference to the line of the log that has the error with its stack.
 */
export function failure(error: unknown, signal: AbortSignal, log: Logger, facts: FailureFacts): Failure {
  const cause = signal.aborted && isDataLabError(signal.reason) ? signal.reason : error
  if (isDataLabError(cause, 'DATALAB_ABORTED', 'DATALAB_CLOSED')) return cancelled(cause.message)
  const terms = retryTerms(cause)
  if (isDataLabError(cause) && cause.audience === 'user') {
    log.info({ ...facts, code: cause.code }, cause.message)
    return { ...terms, ...failed(cause.code, cause.message) }
  }
  const reference = randomBytes(5).toString('hex')
  log.error({ ...facts, reference, err: serializeError(cause) }, 'the run failed unexpectedly')
  const message = `${whatFailed(cause)}, reference ${reference}. Try again, or give this reference to whoever runs this service.`
  return { ...terms, ...failed(isDataLabError(cause) ? cause.code : 'DATALAB_INTERNAL', message, reference) }
}

/** Whether it may be tried again, and not before when. */
function retryTerms(error: unknown): Pick<Failure, 'mayPass' | 'waitMs'> {
  if (!isDataLabError(error) || !error.retryable) return { mayPass: false }
  const { retryAfterMs } = error.details
  return { mayPass: true, ...(typeof retryAfterMs === 'number' && { waitMs: retryAfterMs }) }
}

/** How often a run is tried again after a failure that may pass, and after how long. */
export interface RetryPolicy {
  /** 3 by default. */
  readonly retries: number
  /** Milliseconds before the first; 500 by default. Each further one is twice as long, times a random 1 to 2, at most `maxDelayMs`. */
  readonly minDelayMs: number
  /** 30,000 by default. */
  readonly maxDelayMs: number
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { retries: 3, minDelayMs: 500, maxDelayMs: 30_000 }

/**
 * Milliseconds to wait before a try, when there were so many before it.
 *
 * @param least as many as a service asked for; heeded up to the policy's longest
 */
export function retryDelay(policy: RetryPolicy, retries: number, least = 0): number {
  const { minDelayMs: minTimeout, maxDelayMs: maxTimeout } = policy
  const delay = Math.round(retry.createTimeout(retries, { factor: 2, minTimeout, maxTimeout, randomize: true }))
  return Math.max(delay, Math.min(least, maxTimeout))
}

function whatFailed(error: unknown): string {
  if (!isDataLabError(error) || !error.retryable) return 'An unexpected error'
  if (error.code === 'DATALAB_RECORDS_UNAVAILABLE') return 'The store of records does not answer now'
  if (error.code.startsWith('STORAGE_')) return 'The storage of results does not answer now'
  return error.code.startsWith('SOURCE_') ? 'The source of the input files does not answer now' : 'An unexpected error'
}

function cancelled(message: string): Failure {
  const error = { code: 'DATALAB_ABORTED', message }
  return { change: { status: 'CANCELLED', message, output: null, error }, mayPass: false }
}

function failed(code: string, text: string, reference?: string): Pick<Failure, 'change'> {
  const message = redactText(text)
  const error = { code, message, ...(reference === undefined ? {} : { reference }) }
  return { change: { status: 'FAILED', message, output: null, error } }
}
