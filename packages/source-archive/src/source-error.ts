import { DataLabError, throwIfAborted } from '@datalab/core'
import type { Deadline } from './deadline.js'

/**
 * What an error may say of a request: the file and the host, and never more of an address, whose query may grant access. For the same reason
 * the errors of `fetch` and `JSON.parse`, which quote what they were given, are nobody's cause here.
 */
export interface RequestFacts {
  /** The file's name, as its reference has it. */
  readonly file: string
  /** With its port, where that is not the usual one. */
  readonly host: string
}

/** The service does not do now what it is asked; it may later. */
export function unavailable(
  { file, host }: RequestFacts,
  what: string,
  details: Record<string, unknown> = {},
): DataLabError {
  return new DataLabError('SOURCE_UNAVAILABLE', `${file} cannot be fetched now: ${host} ${what}. Try again later.`, {
    audience: 'user',
    retryable: true,
    details: { host, ...details },
  })
}

/** The service does what it should not; whoever runs it, or the host, has to see to it. */
export function unusable({ file, host }: RequestFacts, what: string): DataLabError {
  return new DataLabError('SOURCE_UNAVAILABLE', `${file} cannot be fetched: ${what}.`, { details: { host } })
}

/** The service does not have the file, or does not show it to this user. */
export function notFound({ file, host }: RequestFacts): DataLabError {
  return new DataLabError(
    'SOURCE_NOT_FOUND',
    `${file} is not in the archive ${host}, or not visible to you there. Check its name, or log in there.`,
    { audience: 'user', details: { host } },
  )
}

/** The bytes are not those that were opened. */
export function changed({ file, host }: RequestFacts): DataLabError {
  return new DataLabError(
    'SOURCE_CHANGED',
    `${file} was replaced on ${host} while it was read. Submit the job again for the new version.`,
    { audience: 'user', retryable: true, details: { host } },
  )
}

/** All bytes came, and they are not what the archive announced. */
export function corrupt({ file, host }: RequestFacts, expected: string, actual: string): DataLabError {
  return new DataLabError(
    'SOURCE_CORRUPT',
    `${file} came damaged from ${host}: its MD5 is not the one the archive has. Try again; if it stays so, tell the archive.`,
    { audience: 'user', retryable: true, details: { host, expected, actual } },
  )
}

/** The file is larger than what is downloaded. */
export function tooLarge({ file, host }: RequestFacts, limit: number, size?: number): DataLabError {
  const much = size === undefined ? 'more bytes' : `${size} bytes, more`
  return new DataLabError(
    'DATALAB_TOO_LARGE',
    `${file} has ${much} than the ${limit} that are downloaded here. Choose a smaller file, or ask who runs this host.`,
    { audience: 'user', details: { host, limit, ...(size === undefined ? {} : { size }) } },
  )
}

/** An answer's status as an error. */
export function statusError(facts: RequestFacts, status: number, retryAfterMs: number | undefined): DataLabError {
  if (status === 404 || status === 410) return notFound(facts)
  if (status === 401 || status === 403) return forbidden(facts, status)
  const details = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  if (status === 429) return unavailable(facts, 'is asked too much (429)', details)
  if (status >= 500) return unavailable(facts, `has a problem (${status})`, details)
  return unusable(facts, `${facts.host} refuses the request (${status})`)
}

function forbidden({ file, host }: RequestFacts, status: number): DataLabError {
  const what =
    status === 401
      ? `${host} does not know who asks. Log in there again.`
      : `${host} does not let you have it. Log in there with another account, or ask its owner for access.`
  return new DataLabError('SOURCE_FORBIDDEN', `${file} may not be read: ${what}`, {
    audience: 'user',
    details: { host, status },
  })
}

/**
 * Why a request broke off.
 *
 * @throws DATALAB_ABORTED when its caller gave it up.
 */
export function brokenOff(
  facts: RequestFacts,
  error: unknown,
  deadline: Deadline,
  signal: AbortSignal | undefined,
): DataLabError {
  if (signal !== undefined) throwIfAborted(signal)
  if (deadline.isExpired) return unavailable(facts, `sent nothing for ${deadline.ms / 1000} s`)
  const errno = errnoOf(error)
  const why = errno === undefined ? 'broke the connection off' : `cannot be reached (${errno})`
  return unavailable(facts, why, errno === undefined ? {} : { errno })
}

function errnoOf(error: unknown): string | undefined {
  const { code } = ((error as Error | undefined)?.cause ?? error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : undefined
}
