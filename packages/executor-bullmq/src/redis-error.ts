import { DataLabError, isDataLabError } from '@datalab/core'

/** How a Redis answers to whom it does not let in. */
const REFUSALS = ['WRONGPASS', 'NOAUTH', 'NOPERM', 'ERR AUTH', 'ERR invalid password', 'ERR Client sent AUTH']

/**
 * What a Redis, or the way to it, threw: as REDIS_UNAVAILABLE, which may pass, or as REDIS_UNSUITABLE, which does not.
 *
 * @param where host and port
 */
export function redisError(where: string, error: unknown): DataLabError {
  if (isDataLabError(error)) return error
  const { message = String(error), code } = error as Partial<NodeJS.ErrnoException>
  const reason = code ?? message
  // Without the command that was refused: it may have been one with a password.
  const options = { cause: new Error(message), details: { where, reason } }
  if (REFUSALS.some((beginning) => message.startsWith(beginning)))
    return unsuitable(
      `The Redis at ${where} does not let this process in (${message}). Check user and password.`,
      options,
    )
  if (message.includes('DB index is out of range'))
    return unsuitable(
      `The Redis at ${where} has fewer databases than its URL asks for. Give a lower number, or none.`,
      options,
    )
  const what = message.startsWith('OOM') ? 'has no memory left' : `does not answer now (${reason})`
  const text = `The Redis at ${where} ${what}. Try again later, or tell whoever runs this service.`
  return new DataLabError('REDIS_UNAVAILABLE', text, { ...options, retryable: true })
}

/** A Redis that must not be used as it is. */
export function unsuitable(
  message: string,
  options: { cause?: unknown; details?: Record<string, unknown> },
): DataLabError {
  return new DataLabError('REDIS_UNSUITABLE', message, options)
}
