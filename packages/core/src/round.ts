import type { AttemptSummary, StoredRecord } from './record.js'

/**
 * A round is what one submission begins and others join: an attempt, and those that try it again after a failure that may pass. A job has another
 * one when it is submitted after its end.
 */
export function isSameRound(one: StoredRecord, other: StoredRecord): boolean {
  return one.begunBy === other.begunBy
}

/**
 * How a round has ended, as the history of a later one tells it; `undefined` where that does not.
 *
 * @param submitted the record of the round, while it went on
 * @param later the record of a later round
 */
export function endOfRound(submitted: StoredRecord, later: StoredRecord): StoredRecord | undefined {
  const first = submitted.status === 'PENDING' ? submitted.attempt + 1 : submitted.attempt
  const isOfRound = ({ attempt, begunBy = submitted.begunBy }: AttemptSummary) =>
    attempt >= first && begunBy === submitted.begunBy
  const attempts = later.history.filter(isOfRound)
  const end = lastOf(attempts)
  if (end !== undefined) return { ...submitted, ...end, message: end.error?.message ?? null, output: null }
  // Nothing of it was begun. A store that had forgotten the job in between knows of nothing.
  return later.created === submitted.created ? cancelledRecord(submitted) : undefined
}

/** The record as it is for whoever took his submission back, whatever the job does for others. */
export function cancelledRecord(record: StoredRecord): StoredRecord {
  const message = 'cancelled'
  return { ...record, status: 'CANCELLED', message, output: null, error: { code: 'DATALAB_ABORTED', message } }
}

/** Which of these attempts, of this round and of later ones, was its last: a failure may have been tried again, any other end was the end. */
function lastOf(attempts: readonly AttemptSummary[]): AttemptSummary | undefined {
  const end = attempts.find(({ status }) => status === 'COMPLETED' || status === 'CANCELLED')
  if (end?.status === 'COMPLETED') return end
  const failures = attempts.slice(0, end && attempts.indexOf(end)).filter(({ status }) => status === 'FAILED')
  // Whoever waits for this round has not taken his submission back.
  return failures.at(-1) ?? end
}
