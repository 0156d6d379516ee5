import { DataLabError } from './errors.js'
import type { Executor, RunTicket } from './executor.js'
import { withinTime } from './grace.js'

/** No executor takes longer to accept a ticket; one that hangs must not hold whoever submits. */
const ACCEPT_MS = 30_000
/** Nor to end a run: what that waits for has limits of its own. */
const END_MS = 60_000

/**
 * Hands a ticket to an executor.
 *
 * @throws DATALAB_EXECUTOR_UNAVAILABLE (retryable) when it does not answer; it may do the run yet. What the executor throws.
 */
export function submitRun(executor: Executor, ticket: RunTicket): Promise<void> {
  return withinTime(executor.submit(ticket), ACCEPT_MS, () =>
    unavailable('does not accept this job now. Submit it again later.', `submit: no answer within ${ACCEPT_MS} ms`),
  )
}

/**
 * Has an executor end the run of a job that nobody waits for any more.
 *
 * @throws DATALAB_EXECUTOR_UNAVAILABLE (retryable) when it does not answer: the job is cancelled all the same, and its run ends later.
 */
export function abortRun(executor: Executor, key: string): Promise<void> {
  return withinTime(executor.abort(key), END_MS, () =>
    unavailable(
      'does not say that the run has ended. The job is cancelled; nothing more has to be done.',
      `abort: no answer within ${END_MS} ms`,
    ),
  )
}

function unavailable(what: string, cause: string): DataLabError {
  const message = `The executor of this host ${what}`
  return new DataLabError('DATALAB_EXECUTOR_UNAVAILABLE', message, { retryable: true, cause: new Error(cause) })
}
