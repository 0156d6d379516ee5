/** What went wrong with a FITS file; part of the API, unlike the messages. */
export type FitsErrorCode =
  | 'FITS_NOT_FITS'
  | 'FITS_TRUNCATED'
  | 'FITS_INVALID'
  | 'FITS_UNSUPPORTED'
  | 'FITS_ARGUMENT'
  | 'FITS_CLOSED'

/** What a FITS error carries beside its code and message. */
export interface FitsErrorOptions {
  /** Facts for programs, JSON only: `offset`, `keyword`, `hdu` and the like. */
  details?: Record<string, unknown>
  /** The error underneath. */
  cause?: unknown
}

const BRAND = Symbol.for('@datalab/core/DataLabError@1')

/** The codes of what only the program that calls can put right. */
const OF_CALLERS: readonly FitsErrorCode[] = ['FITS_ARGUMENT', 'FITS_CLOSED']

/**
 * The one class of errors this codec throws about a file.
 *
 * - `FITS_NOT_FITS`: the bytes are something else.
 * - `FITS_TRUNCATED`: the file ends before what its headers announce.
 * - `FITS_INVALID`: the file contradicts the standard or itself in a way that leaves no safe reading.
 * - `FITS_UNSUPPORTED`: a form this codec does not read; the message says what to do.
 * - `FITS_CLOSED`: the file was closed before it was read.
 * - `FITS_ARGUMENT`: a wrong argument to a function that reads; such an error is a `TypeError`, too.
 *
 * It carries the brand of DataLab errors, so `isDataLabError` of `@datalab/core` recognises it. Of the first four the user can act on it, by
 * giving another file; trying the same again never helps.
 */
export class FitsError extends Error {
  override readonly name: string = 'FitsError'
  readonly code: FitsErrorCode
  /** Who can act on it: the `user`, by giving another file, or the `developer`. */
  readonly audience: 'user' | 'developer'
  readonly retryable = false
  readonly details: Record<string, unknown>
  readonly [BRAND] = true

  constructor(code: FitsErrorCode, message: string, options: FitsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.audience = OF_CALLERS.includes(code) ? 'developer' : 'user'
    this.details = options.details ?? {}
  }

  /** The error as plain JSON, for threads, processes and queues. */
  toJSON(): Record<string, unknown> {
    return jsonOf(this)
  }
}

/** A wrong argument: a `FitsError` in all but its class, which is `TypeError`. */
class FitsArgumentError extends TypeError implements FitsError {
  override readonly name = 'FitsArgumentError'
  readonly code = 'FITS_ARGUMENT'
  readonly audience = 'developer'
  readonly retryable = false
  readonly [BRAND] = true

  constructor(
    message: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message)
  }

  toJSON(): Record<string, unknown> {
    return jsonOf(this)
  }
}

function jsonOf(error: FitsError): Record<string, unknown> {
  const { name, code, message, audience, retryable, details, stack } = error
  return { name, code, message, audience, retryable, details, ...(stack === undefined ? {} : { stack }) }
}

/** Whether `error` is about a FITS file, and, where codes are given, has one of them. Works across copies of this package. */
export function isFitsError(error: unknown, ...codes: FitsErrorCode[]): error is FitsError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  const { code } = error as FitsError
  return typeof code === 'string' && code.startsWith('FITS_') && (codes.length === 0 || codes.includes(code))
}

/** A `FITS_INVALID` error. */
export function invalid(message: string, details: Record<string, unknown> = {}): FitsError {
  return new FitsError('FITS_INVALID', message, { details })
}

/** A `FITS_UNSUPPORTED` error. */
export function unsupported(message: string, details: Record<string, unknown> = {}): FitsError {
  return new FitsError('FITS_UNSUPPORTED', message, { details })
}

/** A `FITS_TRUNCATED` error. */
export function truncated(message: string, details: Record<string, unknown> = {}): FitsError {
  return new FitsError('FITS_TRUNCATED', message, { details })
}

/** A `FITS_ARGUMENT` error, which is a `TypeError`. */
export function wrongArgument(message: string, details: Record<string, unknown> = {}): FitsError {
  return new FitsArgumentError(message, details)
}
