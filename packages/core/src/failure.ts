import { randomBytes } from 'node:crypto'
import retry from 'retry'
import { isDataLabError, serializeError } from './errors.js'
import type { Logger } from './logger.js'
import type { RecordError } from './record.js'
import type { RecordChange } from './record-store.js'
import { redactText } from './redact.js'
import { systemDetails } from './system-details.js'

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
  const { what, wayOut = WAY_OUT } = troubleOf(cause)
  const message = `${what}, reference ${reference}. ${wayOut}`
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

/** What cannot be used, and what to do where trying again is not all. */
interface Trouble {
  readonly what: string
  readonly wayOut?: string
}

const WAY_OUT = 'Try again, or give this reference to whoever runs this service.'
const UNEXPECTED: Trouble = { what: 'An unexpected error' }
const DAMAGED: Trouble = {
  what: 'A database of this service, of its records or its file cache, is damaged',
  wayOut: 'Give this reference to whoever runs this service.',
}
const SHORT: Trouble = {
  what: 'A file ended before its size while it was read',
  wayOut:
    'Try again; if that happens again, the file is damaged where it is kept: give this reference to whoever runs this service.',
}

const FULL: Trouble = { what: 'A disk that this service works on is full' }
const TOO_MANY: Trouble = { what: 'This service has as many files open as it may' }
const DENIED: Trouble = {
  what: 'This service may not use a folder or file that it works with',
  wayOut: 'Give this reference to whoever runs this service.',
}

/** What the system says that whoever runs the service can mend: of scratch folders, temporary files, and what a package has beside its code. */
const SYSTEM: ReadonlyMap<string, Trouble> = new Map([
  ...['ENOSPC', 'EDQUOT'].map((code) => [code, FULL] as const),
  ...['EMFILE', 'ENFILE'].map((code) => [code, TOO_MANY] as const),
  ...['EACCES', 'EPERM', 'EROFS'].map((code) => [code, DENIED] as const),
])

/** What does not answer now, by the beginning of an error's code. */
const SERVICES: readonly [string, string][] = [
  ['DATALAB_RECORDS_UNAVAILABLE', 'The store of records does not answer now'],
  ['DATABASE_', 'A database of this service, of its records or its file cache, cannot be used now'],
  ['CACHE_FULL', 'The disk of the file cache is full'],
  ['CACHE_', 'The file cache, in which input files are kept, cannot be used now'],
  ['STORAGE_', 'The storage of results does not answer now'],
  ['SOURCE_', 'The source of the input files does not answer now'],
]

function troubleOf(error: unknown): Trouble {
  if (!isDataLabError(error) || error.code === 'DATALAB_INTERNAL') return systemTroubleOf(error)
  const { code, retryable } = error
  if (code === 'DATALAB_SOURCE_SHORT') return SHORT
  if (!retryable) return code === 'DATABASE_UNAVAILABLE' ? DAMAGED : UNEXPECTED
  const what = SERVICES.find(([beginning]) => code.startsWith(beginning))?.[1]
  return what === undefined ? UNEXPECTED : { what }
}

/** Of what no DataLab error is; one that comes from another process is one by now. */
function systemTroubleOf(error: unknown): Trouble {
  const { errno } = isDataLabError(error) ? error.details : systemDetails(error ?? {})
  return SYSTEM.get(String(errno)) ?? UNEXPECTED
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
