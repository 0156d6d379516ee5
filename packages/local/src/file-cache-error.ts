import { DataLabError } from '@datalab/core'

/** There is no room now, since others use it. */
export function cacheFull(label: string): DataLabError {
  return new DataLabError(
    'CACHE_FULL',
    `${label}: the file cache has no room now, all of it is in use. Try again later.`,
    { audience: 'user', retryable: true },
  )
}

/** There is no room even when nobody else uses any. */
export function cacheTooSmall(label: string, wanted: number, limit: number): DataLabError {
  return new DataLabError(
    'CACHE_TOO_SMALL',
    `${label}: ${wanted} bytes are more than the ${limit} that the file cache can hold, and the source gives no parts of a file. Use fewer or smaller files, or give the cache more room.`,
    { audience: 'user', details: { wanted, limit } },
  )
}

/** The disk took no more. */
export function diskFull(label: string, cause: unknown): DataLabError {
  return new DataLabError(
    'CACHE_FULL',
    `${label}: the disk of the file cache is full. Make room on it, and try again.`,
    {
      retryable: true,
      cause,
    },
  )
}

/** The folder of the cache cannot be worked with. */
export function cacheUnavailable(label: string, cause?: unknown): DataLabError {
  const why = cause === undefined ? 'what was loaded did not stay' : (cause as Error).message
  return new DataLabError('CACHE_UNAVAILABLE', `${label}: the file cache cannot be used now: ${why}`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Whether an error says that a disk or its quota is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, details } = error as { code?: unknown; details?: { reason?: unknown } }
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL' || details?.reason === 'SQLITE_FULL'
}
