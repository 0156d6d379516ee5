import { DataLabError, isDataLabError } from './errors.js'
import { withinTime } from './grace.js'
import { LastingTrouble } from './lasting-trouble.js'
import { persistently } from './persistently.js'
import type { RecordStore } from './record-store.js'

/** No store takes longer to answer; one that hangs must not hold whoever asks. */
const ANSWER_MS = 15_000

/** A record store whose calls are made again when they fail. */
export interface SteadyRecords extends RecordStore {
  /** What writing to it has failed with, again and again, for so many milliseconds up to now; a full disk can be read from all the while. */
  unwritableFor(ms: number): unknown
}

/**
 * The same record store, whose calls are made again when they fail: each may be, since twice is the same as once. What is not answered within
 * `answerMs` has failed, but for claims; the store may do it yet.
 *
 * Its calls throw DATALAB_RECORDS_UNAVAILABLE (retryable) when that did not help, with what the store threw as the cause, and at once what
 * trying again cannot help against.
 */
export function steadyRecords(records: RecordStore, answerMs = ANSWER_MS): SteadyRecords {
  const trouble = new LastingTrouble()
  const known = <Answer>(call: Promise<Answer>) =>
    call.catch((error) => {
      throw isDataLabError(error) && !error.retryable ? error : unavailable(error)
    })
  const answered = <Answer>(call: Promise<Answer>) =>
    known(withinTime(call, answerMs, () => new Error(`no answer within ${answerMs} milliseconds`)))
  const steady =
    <Parameters extends unknown[], Answer>(call: (...parameters: Parameters) => Promise<Answer>) =>
    (...parameters: Parameters): Promise<Answer> =>
      answered(persistently(() => call.apply(records, parameters)))
  const written =
    <Parameters extends unknown[], Answer>(call: (...parameters: Parameters) => Promise<Answer>) =>
    (...parameters: Parameters): Promise<Answer> =>
      trouble.watched(steady(call)(...parameters))
  return {
    unwritableFor: (ms) => trouble.after(ms),
    reach: records.reach,
    get: steady(records.get),
    list: steady(records.list),
    submit: written(records.submit),
    adopt: written(records.adopt),
    withdraw: written(records.withdraw),
    submissions: steady(records.submissions),
    // Its answer is awaited, however late: a lease that nobody knows of would be kept for nobody.
    claim: (...parameters) => trouble.watched(known(persistently(() => records.claim(...parameters)))),
    release: written(records.release),
    renew: written(records.renew),
    update: written(records.update),
    forget: steady(records.forget),
    expire: steady(records.expire),
    subscribe: (key, onChange) => records.subscribe(key, onChange),
    close: async () => answered(Promise.resolve(records.close?.())),
  }
}

function unavailable(cause: unknown): DataLabError {
  const message = 'The store of records does not answer now. Try again later.'
  return new DataLabError('DATALAB_RECORDS_UNAVAILABLE', message, { retryable: true, cause })
}
