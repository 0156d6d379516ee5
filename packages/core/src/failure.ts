import { randomBytes } from 'node:crypto'
import { isDataLabError, serializeError } from './errors.js'
import type { Logger } from './logger.js'
import type { RecordChange } from './record-store.js'

/** Where a failed run is to be found in the log. */
export interface FailureFacts {
  readonly key: string
  readonly attempt: number
  readonly operation: string
}

/**
 * How a run ends that threw, and what its user reads: of an error meant for users its message, of a cancellation just that, of anything else
 * a reference to the line of the log that has the error with its stack.
 */
export function failure(error: unknown, signal: AbortSignal, log: Logger, facts: FailureFacts): RecordChange {
  if (signal.aborted && isDataLabError(signal.reason, 'DATALAB_ABORTED')) return cancelled(signal.reason.message)
  if (isDataLabError(error, 'DATALAB_ABORTED')) return cancelled(error.message)
  if (isDataLabError(error) && error.audience === 'user') {
    log.info({ ...facts, code: error.code }, error.message)
    return failed(error.code, error.message)
  }
  const reference = randomBytes(5).toString('hex')
  log.error({ ...facts, reference, err: serializeError(error) }, 'the run failed unexpectedly')
  const message = `${whatFailed(error)}, reference ${reference}. Try again, or give this reference to whoever runs this service.`
  return failed(isDataLabError(error) ? error.code : 'DATALAB_INTERNAL', message, reference)
}

function whatFailed(error: unknown): string {
  if (!isDataLabError(error) || !error.retryable) return 'An unexpected error'
  if (error.code.startsWith('STORAGE_')) return 'The storage of results does not answer now'
  return error.code.startsWith('SOURCE_') ? 'The source of the input files does not answer now' : 'An unexpected error'
}

function cancelled(message: string): RecordChange {
  return { status: 'CANCELLED', message, output: null, error: { code: 'DATALAB_ABORTED', message } }
}

function failed(code: string, message: string, reference?: string): RecordChange {
  const error = { code, message, ...(reference === undefined ? {} : { reference }) }
  return { status: 'FAILED', message, output: null, error }
}
