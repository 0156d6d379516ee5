import { types } from 'node:util'
import { systemDetails } from './system-details.js'

/** Who can do something about an error: the person who asked for the job, or who wrote the host or the operation. */
export type Audience = 'user' | 'developer'

/** What an error carries beside its message. Every member has a default, so that only what is special needs to be said. */
export interface DataLabErrorOptions {
  /** Who can act on it; `developer` by default. Only a `user` error's message is shown to the user. */
  audience?: Audience
  /** Whether the same call may succeed later; false by default. */
  retryable?: boolean
  /** Facts for programs, JSON only: never a secret, a token or a presigned URL. */
  details?: Record<string, unknown>
  /** The error underneath. */
  cause?: unknown
}

/** An error as plain JSON, for threads, processes and queues. */
export interface SerializedError {
  name: string
  code: string
  message: string
  audience: Audience
  retryable: boolean
  details: Record<string, unknown>
  stack?: string
  cause?: SerializedError
}

const BRAND = Symbol.for('@datalab/core/DataLabError@1')

/**
 * The one class of errors DataLab throws on purpose.
 *
 * `code` is part of the API and stable; the message is for people and may change. Recognise one with {@link isDataLabError}: an error that
 * crossed a process, or that comes from another copy of this package, is no `instanceof`.
 */
export class DataLabError extends Error {
  override readonly name: string = 'DataLabError'
  readonly code: string
  readonly audience: Audience
  readonly retryable: boolean
  readonly details: Record<string, unknown>
  readonly [BRAND] = true

  constructor(code: string, message: string, options: DataLabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.audience = options.audience ?? 'developer'
    this.retryable = options.retryable ?? false
    this.details = options.details ?? {}
  }

  /** The error as plain JSON, with its causes; {@link errorFromJSON} is the way back. */
  toJSON(): SerializedError {
    return serializeError(this)
  }
}

const UNSAID = 'The operation failed and gave no reason. Ask whoever offers it.'

/**
 * The operation cannot do this job, for a reason the user can act on: the message is what the user reads.
 *
 * Throw it from `operate()`, or call `this.setFailed(message)`, which does.
 */
export class ClientAlertError extends DataLabError {
  override readonly name = 'ClientAlertError'

  constructor(message: string, options: Omit<DataLabErrorOptions, 'audience'> = {}) {
    const isSaid = typeof message === 'string' && message.trim() !== ''
    super('DATALAB_FAILED', isSaid ? message : UNSAID, { ...options, audience: 'user' })
  }
}

/** Whether `error` is a DataLab error, and, where codes are given, has one of them. */
export function isDataLabError(error: unknown, ...codes: string[]): error is DataLabError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return codes.length === 0 || codes.includes((error as DataLabError).code)
}

/** An aborted signal as an error: code `DATALAB_ABORTED`, name `AbortError`. */
export class AbortedError extends DataLabError {
  override readonly name = 'AbortError'

  constructor(message = 'cancelled', options: Omit<DataLabErrorOptions, 'audience'> = {}) {
    super('DATALAB_ABORTED', message, { ...options, audience: 'user', retryable: true })
  }
}

/** Throws {@link AbortedError} when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw isDataLabError(signal.reason) ? signal.reason : new AbortedError('cancelled', { cause: signal.reason })
}

/** Any thrown value as plain JSON; what is no DataLab error gets the code `DATALAB_INTERNAL`. */
export function serializeError(error: unknown, depth = 0): SerializedError {
  const known = isDataLabError(error)
  const base =
    isError(error) || known ? (error as Error) : new Error(`a thrown ${typeof error}: ${describeThrown(error)}`)
  return {
    name: base.name,
    code: known ? error.code : 'DATALAB_INTERNAL',
    message: base.message,
    audience: known ? error.audience : 'developer',
    retryable: known ? error.retryable : false,
    details: known ? error.details : systemDetails(base),
    ...(base.stack === undefined ? {} : { stack: base.stack }),
    ...(base.cause === undefined || depth >= 8 ? {} : { cause: serializeError(base.cause, depth + 1) }),
  }
}

/** The error that {@link serializeError} wrote, with its code, stack and causes. */
export function errorFromJSON(json: SerializedError): DataLabError {
  const { code, message, audience, retryable, details } = json
  const cause = json.cause === undefined ? undefined : errorFromJSON(json.cause)
  const error = new DataLabError(code, message, { audience, retryable, details, cause })
  Object.defineProperty(error, 'name', { value: json.name })
  if (json.stack !== undefined) error.stack = json.stack
  return error
}

/** By what it is, not by its class: an error of another realm has another. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

function describeThrown(value: unknown): string {
  try {
    return String(value).slice(0, 200)
  } catch {
    return 'a value that cannot be shown'
  }
}
